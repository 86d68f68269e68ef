import { tokenStepsOf, type WorkerView } from '../fleet/worker-view.ts';
import type { Prediction } from './predict.ts';

/** A worker that can take the edit. */
export interface Candidate {
  readonly view: WorkerView;
  readonly prediction: Prediction;
  /** Among all workers. */
  readonly place: number;
}

export interface Turn {
  /** Picks so far. */
  readonly turn: number;
  /** Workers in all. */
  readonly count: number;
}

export const policyNames = ['predicted-finish', 'round-robin', 'least-requests', 'least-tokens'] as const;
export type PolicyName = (typeof policyNames)[number];

/** What candidates are compared by: the least cost wins. */
export interface PickPolicy {
  readonly name: PolicyName;
  readonly cost: (candidate: Candidate, turn: Turn) => number;
  /** Costs up to so much above the least one count as equal, as a share of it. */
  readonly tolerance: number;
  /** The same where every candidate would have to compute the activations: then edits of one template stay together. */
  readonly coldTolerance: number;
  /** How much less a balancer likes the workers that others are to like, as a share, where all edits come from others. */
  readonly apart: number;
}

/** Where the edit will be done first. */
export const predictedFinish: PickPolicy = {
  name: 'predicted-finish',
  cost: ({ prediction }) => prediction.finishMs,
  tolerance: 0.01,
  coldTolerance: 0.5,
  apart: 0.6,
};

/** One after the other. */
export const roundRobin: PickPolicy = {
  name: 'round-robin',
  cost: ({ place }, { turn, count }) => (((place - turn) % count) + count) % count,
  tolerance: 0,
  coldTolerance: 0,
  apart: 0,
};

/** Fewest edits. */
export const leastRequests: PickPolicy = {
  name: 'least-requests',
  cost: ({ view }) => view.edits,
  tolerance: 0,
  coldTolerance: 0,
  apart: 0,
};

/** Fewest masked token-steps to do. */
export const leastTokens: PickPolicy = {
  name: 'least-tokens',
  cost: ({ view }) => tokenStepsOf(view),
  tolerance: 0,
  coldTolerance: 0,
  apart: 0,
};

export const policies: Readonly<Record<PolicyName, PickPolicy>> = {
  'predicted-finish': predictedFinish,
  'round-robin': roundRobin,
  'least-requests': leastRequests,
  'least-tokens': leastTokens,
};
