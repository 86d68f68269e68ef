import type { Long } from '@grpc/proto-loader';
import type {
  FleetModel as _instgenie_balancer_v1_FleetModel,
  FleetModel__Output as _instgenie_balancer_v1_FleetModel__Output,
} from '../../../instgenie/balancer/v1/FleetModel.ts';

/**
 * A worker as the balancer knows it.
 */
export interface FleetWorker {
  /**
   * Its name.
   */
  worker?: string;
  /**
   * Where it serves.
   */
  address?: string;
  /**
   * Whether it takes edits.
   */
  isServing?: boolean;
  /**
   * Whether it is left out because it failed.
   */
  isEjected?: boolean;
  /**
   * Its models.
   */
  models?: _instgenie_balancer_v1_FleetModel[];
  /**
   * Edits that are in it.
   */
  edits?: number;
  /**
   * How many it takes.
   */
  editsMax?: number;
  /**
   * Variants that it holds.
   */
  variants?: number;
  /**
   * Activations in memory, bytes.
   */
  memoryBytes?: number | string | Long;
  /**
   * How many there may be.
   */
  memoryBytesMax?: number | string | Long;
  /**
   * Activations on disk, bytes.
   */
  diskBytes?: number | string | Long;
  /**
   * How many there may be.
   */
  diskBytesMax?: number | string | Long;
  /**
   * Whether it takes no edits because somebody said so.
   */
  isCordoned?: boolean;
}

/**
 * A worker as the balancer knows it.
 */
export interface FleetWorker__Output {
  /**
   * Its name.
   */
  worker: string;
  /**
   * Where it serves.
   */
  address: string;
  /**
   * Whether it takes edits.
   */
  isServing: boolean;
  /**
   * Whether it is left out because it failed.
   */
  isEjected: boolean;
  /**
   * Its models.
   */
  models: _instgenie_balancer_v1_FleetModel__Output[];
  /**
   * Edits that are in it.
   */
  edits: number;
  /**
   * How many it takes.
   */
  editsMax: number;
  /**
   * Variants that it holds.
   */
  variants: number;
  /**
   * Activations in memory, bytes.
   */
  memoryBytes: number;
  /**
   * How many there may be.
   */
  memoryBytesMax: number;
  /**
   * Activations on disk, bytes.
   */
  diskBytes: number;
  /**
   * How many there may be.
   */
  diskBytesMax: number;
  /**
   * Whether it takes no edits because somebody said so.
   */
  isCordoned: boolean;
}
