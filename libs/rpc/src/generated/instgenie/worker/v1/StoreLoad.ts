import type { Long } from '@grpc/proto-loader';
import type {
  FittedLine as _instgenie_worker_v1_FittedLine,
  FittedLine__Output as _instgenie_worker_v1_FittedLine__Output,
} from '../../../instgenie/worker/v1/FittedLine.ts';

/**
 * An activation store.
 */
export interface StoreLoad {
  /**
   * Bytes in memory.
   */
  memoryBytes?: number | string | Long;
  /**
   * How many there may be.
   */
  memoryBytesMax?: number | string | Long;
  /**
   * Bytes on disk.
   */
  diskBytes?: number | string | Long;
  /**
   * How many there may be.
   */
  diskBytesMax?: number | string | Long;
  /**
   * What a chunk takes from memory, disk and peers, in this order.
   */
  load?: _instgenie_worker_v1_FittedLine[];
}

/**
 * An activation store.
 */
export interface StoreLoad__Output {
  /**
   * Bytes in memory.
   */
  memoryBytes: number;
  /**
   * How many there may be.
   */
  memoryBytesMax: number;
  /**
   * Bytes on disk.
   */
  diskBytes: number;
  /**
   * How many there may be.
   */
  diskBytesMax: number;
  /**
   * What a chunk takes from memory, disk and peers, in this order.
   */
  load: _instgenie_worker_v1_FittedLine__Output[];
}
