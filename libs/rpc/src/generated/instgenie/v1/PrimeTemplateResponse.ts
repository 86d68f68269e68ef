import type { Long } from '@grpc/proto-loader';

/**
 * How priming goes.
 */
export interface PrimeTemplateResponse {
  /**
   * Kept steps that are done.
   */
  done?: number;
  /**
   * Kept steps in all.
   */
  total?: number;
  /**
   * What they take on a disk, bytes.
   */
  activationBytes?: number | string | Long;
}

/**
 * How priming goes.
 */
export interface PrimeTemplateResponse__Output {
  /**
   * Kept steps that are done.
   */
  done: number;
  /**
   * Kept steps in all.
   */
  total: number;
  /**
   * What they take on a disk, bytes.
   */
  activationBytes: number;
}
