import type { RpcClient, WorkerServiceDefinition } from '@instgenie/rpc';
import type { WorkerScore } from '../edits/editing.ts';

/** What a worker is chosen by. */
export interface PickOrder {
  /** Tenant and request, hashed: the same edit is not counted twice. */
  readonly editId: string;
  readonly tenant: string;
  readonly model: string;
  readonly priority: 'interactive' | 'normal' | 'batch';
  /** What is left, ms. */
  readonly deadlineMs: number;
  readonly maskedTokens: number;
  readonly tokens: number;
  readonly steps: number;
  readonly isDense: boolean;
  /** Variants that it could use, one for each kind of engine. */
  readonly variants: readonly string[];
  /** The same for all edits of a template. */
  readonly affinity: string;
  /** Workers that have failed it. */
  readonly excluded: readonly string[];
  readonly mustBeWarm: boolean;
  readonly explain: boolean;
  /** The span that it is chosen in. */
  readonly traceparent?: string | undefined;
}

export interface Picked {
  readonly worker: string;
  readonly address: string;
  readonly predictedMs: number;
  readonly scores: readonly WorkerScore[];
}

export interface EditEnding {
  readonly editId: string;
  readonly worker: string;
  readonly ending: 'done' | 'refused' | 'failed' | 'cancelled';
  readonly tookMs: number;
  readonly predictedMs: number;
}

/** A model that some workers serve. */
export interface FleetModel {
  readonly name: string;
  readonly side: number;
  readonly defaultSteps: number;
  readonly defaultGuidance: number;
  readonly workers: number;
}

/** A worker as the console and the metrics show it. */
export interface FleetWorker {
  readonly worker: string;
  readonly address: string;
  readonly isServing: boolean;
  readonly isEjected: boolean;
  readonly isCordoned: boolean;
  readonly models: readonly {
    readonly name: string;
    readonly waiting: number;
    readonly running: number;
    readonly maskedTokenSteps: number;
  }[];
  readonly edits: number;
  readonly editsMax: number;
  readonly variants: number;
  readonly memoryBytes: number;
  readonly memoryBytesMax: number;
  readonly diskBytes: number;
  readonly diskBytesMax: number;
}

/** The workers, and who is best for an edit. Keeps working on what was known last while no balancer answers. */
export interface Fleet extends AsyncDisposable {
  /** Throws `overloaded` where none can do it in time, `unavailable` where none serves the model. */
  pick(order: PickOrder, signal: AbortSignal): Promise<Picked>;
  report(ending: EditEnding): void;
  /** A connection, kept for later calls. */
  worker(address: string): RpcClient<WorkerServiceDefinition>;
  /** The deployment's first one first. */
  readonly models: readonly FleetModel[];
  readonly workers: readonly FleetWorker[];
  /** Whether there is a worker that serves. */
  readonly isServing: boolean;
}
