import type { Long } from '@grpc/proto-loader';
import type {
  HeldVariant as _instgenie_worker_v1_HeldVariant,
  HeldVariant__Output as _instgenie_worker_v1_HeldVariant__Output,
} from '../../../instgenie/worker/v1/HeldVariant.ts';
import type {
  ModelLoad as _instgenie_worker_v1_ModelLoad,
  ModelLoad__Output as _instgenie_worker_v1_ModelLoad__Output,
} from '../../../instgenie/worker/v1/ModelLoad.ts';
import type {
  StoreLoad as _instgenie_worker_v1_StoreLoad,
  StoreLoad__Output as _instgenie_worker_v1_StoreLoad__Output,
} from '../../../instgenie/worker/v1/StoreLoad.ts';

/**
 * A worker as it is now.
 */
export interface WatchLoadResponse {
  /**
   * Its name; another after each start.
   */
  worker?: string;
  /**
   * Whether it takes edits.
   */
  isServing?: boolean;
  /**
   * Grows by one with each message: a gap tells of messages that were missed.
   */
  sequence?: number | string | Long;
  /**
   * Edits in the worker, in whatever stage.
   */
  edits?: number;
  /**
   * How many it takes.
   */
  editsMax?: number;
  /**
   * Memory of edits that are here, bytes.
   */
  editBytes?: number | string | Long;
  /**
   * How much of it there may be.
   */
  editBytesMax?: number | string | Long;
  /**
   * Each model that the worker is configured for.
   */
  models?: _instgenie_worker_v1_ModelLoad[];
  /**
   * The activation store.
   */
  store?: _instgenie_worker_v1_StoreLoad | null;
  /**
   * All variants that are held whole: in the first message, and whenever they changed since the last one.
   */
  variants?: _instgenie_worker_v1_HeldVariant[];
  /**
   * Whether `variants` says them.
   */
  hasVariants?: boolean;
  /**
   * Whether it takes no edits because somebody said so (Cordon).
   */
  isCordoned?: boolean;
}

/**
 * A worker as it is now.
 */
export interface WatchLoadResponse__Output {
  /**
   * Its name; another after each start.
   */
  worker: string;
  /**
   * Whether it takes edits.
   */
  isServing: boolean;
  /**
   * Grows by one with each message: a gap tells of messages that were missed.
   */
  sequence: number;
  /**
   * Edits in the worker, in whatever stage.
   */
  edits: number;
  /**
   * How many it takes.
   */
  editsMax: number;
  /**
   * Memory of edits that are here, bytes.
   */
  editBytes: number;
  /**
   * How much of it there may be.
   */
  editBytesMax: number;
  /**
   * Each model that the worker is configured for.
   */
  models: _instgenie_worker_v1_ModelLoad__Output[];
  /**
   * The activation store.
   */
  store: _instgenie_worker_v1_StoreLoad__Output | null;
  /**
   * All variants that are held whole: in the first message, and whenever they changed since the last one.
   */
  variants: _instgenie_worker_v1_HeldVariant__Output[];
  /**
   * Whether `variants` says them.
   */
  hasVariants: boolean;
  /**
   * Whether it takes no edits because somebody said so (Cordon).
   */
  isCordoned: boolean;
}
