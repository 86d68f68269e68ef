import type { EditedPicture, EditFacts } from '../edits/editing.ts';
import type { LineView } from './job-line.ts';
import type { EndRecord, ItemOutcome, OrderRecord, StoredPicture } from './job-record.ts';
import type { Job, JobItem, JobState } from './jobs.ts';

/** What is known of a job, from wherever. */
export interface JobParts {
  readonly order: OrderRecord;
  readonly end: EndRecord | undefined;
  /** Of the edits that have ended. */
  readonly outcomes: ReadonlyMap<number, ItemOutcome>;
  readonly isCancelled: boolean;
  readonly line: LineView;
  readonly isWebhookDelivered: boolean;
}

/** A job as its tenant sees it. */
export function jobView({ order, end, outcomes, isCancelled, line, isWebhookDelivered }: JobParts): Job {
  const items = Array.from({ length: order.edits }, (_, item) => itemView(item, { outcomes, line }));
  const state = end?.state ?? (isCancelled ? 'cancelled' : stateOf(items));
  const { id, requestId, createdAtMs, expiresAtMs } = order;
  return {
    id,
    requestId,
    state,
    items,
    createdAtMs,
    endedAtMs: end?.endedAtMs,
    expiresAtMs,
    position: state === 'queued' ? line.position : 0,
    isWebhookDelivered,
  };
}

/** How a job has ended whose edits have ended so. */
export function endState(outcomes: readonly ItemOutcome[], isCancelled: boolean): EndRecord['state'] {
  if (isCancelled && outcomes.some(({ state }) => state === 'cancelled')) return 'cancelled';
  return outcomes.every(({ state }) => state === 'done') ? 'done' : 'failed';
}

function itemView(item: number, { outcomes, line }: Pick<JobParts, 'outcomes' | 'line'>): JobItem {
  const outcome = outcomes.get(item);
  if (outcome !== undefined) return endedItem(outcome);
  const running = line.running.get(item);
  return {
    state: running === undefined ? 'queued' : 'running',
    stepsDone: running?.done ?? 0,
    stepsTotal: running?.total ?? 0,
    facts: undefined,
    pictures: [],
    failure: undefined,
  };
}

function endedItem({ state, stepsDone, stepsTotal, facts, pictures, failure }: ItemOutcome): JobItem {
  return {
    state,
    stepsDone,
    stepsTotal,
    facts: facts satisfies EditFacts | undefined,
    pictures: pictures.map(pictureView),
    failure: failure && { code: failure.code, message: failure.message, field: failure.field },
  };
}

function pictureView({ sha256: _sha256, scores, ...facts }: StoredPicture): Omit<EditedPicture, 'image'> {
  return {
    ...facts,
    scores: scores.map((score) => ({ ...score, predictedMs: score.predictedMs })),
  };
}

function stateOf(items: readonly JobItem[]): JobState {
  return items.every(({ state }) => state === 'queued') ? 'queued' : 'running';
}
