import type { WatchLoadResponse__Output } from '@instgenie/rpc';
import type { PickRequest } from './picking/pick-request.ts';

export const [tokens, steps, masked] = [1000, 10, 100];

/** What a test says of a worker; the rest is a worker that is idle, holds nothing and costs what is below. */
export interface LoadFacts {
  readonly worker?: string;
  readonly isServing?: boolean;
  readonly isCordoned?: boolean;
  readonly edits?: number;
  readonly editsMax?: number;
  readonly model?: Partial<WatchLoadResponse__Output['models'][number]>;
  readonly models?: WatchLoadResponse__Output['models'];
  /** Variants, and how much of each is in memory. */
  readonly held?: Readonly<Record<string, number>>;
}

const variantBytes = tokens * steps;

/** A step takes 1 ms and a millisecond for each 100 rows; loads of a step 0.1 ms from memory, 2 from disk, 5 from a peer. */
export function load({ worker = 'a', held, model, models, ...facts }: LoadFacts = {}): WatchLoadResponse__Output {
  return {
    worker,
    isServing: true,
    isCordoned: false,
    sequence: 0,
    edits: 0,
    editsMax: 64,
    editBytes: 0,
    editBytesMax: 0,
    models: models ?? [{ ...idleModel, ...model }],
    store: {
      memoryBytes: 0,
      memoryBytesMax: 0,
      diskBytes: 0,
      diskBytesMax: 0,
      load: [0.0001, 0.002, 0.005].map((msPerUnit) => ({ startMs: 0, msPerUnit })),
    },
    hasVariants: held !== undefined,
    variants: Object.entries(held ?? {}).map(([key, share]) => ({
      key,
      bytes: variantBytes,
      memoryBytes: share * variantBytes,
    })),
    ...facts,
  };
}

const idleModel: WatchLoadResponse__Output['models'][number] = {
  name: 'fill',
  isLoaded: true,
  fingerprint: 'f',
  identity: 'i',
  waiting: 0,
  running: 0,
  maskedTokenSteps: 0,
  compute: { startMs: 1, msPerUnit: 0.01 },
  flopsOfRow: 1,
  flopsOfPair: 0,
  batchMax: 8,
  side: 512,
  defaultSteps: steps,
  defaultGuidance: 3.5,
  textRows: 0,
  predictedMs: 0,
  aroundMs: 0,
  bytesOfToken: 1,
  stepsRun: 1,
};

/** An edit that takes 20 ms alone with what it needs in memory, 120 ms where it fills its template. */
export function request(fields: Partial<PickRequest> = {}): PickRequest {
  return {
    editId: 'e1',
    tenant: 'acme',
    model: 'fill',
    priority: 'normal',
    deadlineMs: Number.POSITIVE_INFINITY,
    maskedTokens: masked,
    tokens,
    steps,
    isDense: false,
    variants: ['v1'],
    affinity: 't1',
    excluded: [],
    mustBeWarm: false,
    ...fields,
  };
}
