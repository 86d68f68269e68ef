import type { Long } from '@grpc/proto-loader';

/**
 * A variant that a worker holds.
 */
export interface HeldVariant {
  /**
   * 64 hexadecimal digits.
   */
  key?: string;
  /**
   * What it takes on disk.
   */
  bytes?: number | string | Long;
  /**
   * How much of it is in memory.
   */
  memoryBytes?: number | string | Long;
}

/**
 * A variant that a worker holds.
 */
export interface HeldVariant__Output {
  /**
   * 64 hexadecimal digits.
   */
  key: string;
  /**
   * What it takes on disk.
   */
  bytes: number;
  /**
   * How much of it is in memory.
   */
  memoryBytes: number;
}
