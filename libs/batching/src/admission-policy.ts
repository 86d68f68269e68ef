import { type BatchedEdit, stepsLeft } from './edit-request.ts';

export interface BatchLimits {
  /** Edits that are stepped together. */
  readonly batchMax: number;
  /** Memory of all that run. */
  readonly bytesMax: number;
}

export interface BatchState<Edit extends BatchedEdit> {
  /** In the order in which they are to be admitted. */
  readonly waiting: readonly Edit[];
  readonly running: readonly Edit[];
}

/** Who joins a batch at a step boundary. */
export interface AdmissionPolicy {
  readonly name: 'continuous' | 'static' | 'request';
  /** Whether an edit that is done leaves at once, or when its whole batch is done. */
  readonly leavesAtOnce: boolean;
  /** Whether an edit that runs makes room for one that is more urgent. */
  readonly preempts: boolean;
  readonly admit: <Edit extends BatchedEdit>(state: BatchState<Edit>, limits: BatchLimits) => readonly Edit[];
}

/** Joins and leaves at every step boundary (the paper's continuous batching). */
export const continuousBatching: AdmissionPolicy = {
  name: 'continuous',
  leavesAtOnce: true,
  preempts: true,
  admit: ({ waiting, running }, limits) => firstFitting(waiting, running, limits),
};

/** A batch is made when the last one has ended, and ends as one: nobody joins, nobody leaves. */
export const staticBatching: AdmissionPolicy = {
  name: 'static',
  leavesAtOnce: false,
  preempts: false,
  admit: ({ waiting, running }, limits) => (running.length > 0 ? [] : firstFitting(waiting, [], limits)),
};

/** One edit after the other. */
export const requestBatching: AdmissionPolicy = {
  name: 'request',
  leavesAtOnce: true,
  preempts: false,
  admit: ({ waiting, running }, limits) =>
    running.length > 0 ? [] : firstFitting(waiting, [], { ...limits, batchMax: 1 }),
};

/**
 * The first ones that fit. One that needs more memory than is left ends the search: whoever comes after it must not keep
 * it waiting for ever.
 */
function firstFitting<Edit extends BatchedEdit>(
  waiting: readonly Edit[],
  running: readonly Edit[],
  { batchMax, bytesMax }: BatchLimits,
): readonly Edit[] {
  const chosen: Edit[] = [];
  let bytes = running.reduce((sum, { request }) => sum + request.bytes, 0);
  for (const edit of waiting) {
    bytes += edit.request.bytes;
    if (running.length + chosen.length === batchMax || bytes > bytesMax) break;
    chosen.push(edit);
  }
  return chosen;
}

/** An edit that runs and should make room for one that is more urgent: the least urgent, with most left to do. */
export function preempted<Edit extends BatchedEdit>(
  running: readonly Edit[],
  levelOf: (edit: Edit) => number,
): Edit | undefined {
  const [first, ...others] = running;
  if (first === undefined) return undefined;
  return others.reduce((worst, edit) => {
    const by = levelOf(edit) - levelOf(worst) || stepsLeft(edit) - stepsLeft(worst);
    return by > 0 ? edit : worst;
  }, first);
}
