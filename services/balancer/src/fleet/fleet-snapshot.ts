import type { WorkerView } from './worker-view.ts';

/** All workers at one moment. Never changed: whoever holds it decides by it, and a newer one is published beside it. */
export interface FleetSnapshot {
  /** In the order in which they came. */
  readonly workers: readonly WorkerView[];
  /** Picks so far: whose turn it is. */
  readonly turn: number;
}

export const emptyFleet: FleetSnapshot = { workers: [], turn: 0 };
