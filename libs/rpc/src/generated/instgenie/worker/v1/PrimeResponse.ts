import type { Long } from '@grpc/proto-loader';

/**
 * How priming goes.
 */
export interface PrimeResponse {
  /**
   * Kept steps that are done.
   */
  done?: number;
  /**
   * Kept steps in all.
   */
  total?: number;
  /**
   * The variant, 64 hexadecimal digits.
   */
  variant?: string;
  /**
   * What it takes on disk.
   */
  bytes?: number | string | Long;
}

/**
 * How priming goes.
 */
export interface PrimeResponse__Output {
  /**
   * Kept steps that are done.
   */
  done: number;
  /**
   * Kept steps in all.
   */
  total: number;
  /**
   * The variant, 64 hexadecimal digits.
   */
  variant: string;
  /**
   * What it takes on disk.
   */
  bytes: number;
}
