import type { v1 } from '@instgenie/rpc';
import type { EditedPicture, EditFacts, EditTimes, WorkerScore } from '../edits/editing.ts';
import { timeMessage } from './time-messages.ts';

const outcomes = {
  hit: 'CACHE_OUTCOME_HIT',
  partial: 'CACHE_OUTCOME_PARTIAL',
  miss: 'CACHE_OUTCOME_MISS',
  dense: 'CACHE_OUTCOME_DENSE',
} as const satisfies Record<EditedPicture['cache'], v1.CacheOutcome>;

/** A result as a message; without its file where it has none, as in jobs. */
export function pictureMessage({
  image,
  times,
  cache,
  scores,
  ...facts
}: Omit<EditedPicture, 'image'> & Partial<Pick<EditedPicture, 'image'>>): v1.EditedPicture {
  return {
    ...facts,
    ...(image === undefined ? {} : { image: viewOf(image) }),
    cache: outcomes[cache],
    timings: timesMessage(times),
    scores: scores.map(scoreMessage),
  };
}

/** What was found in an order, as a message; the request's id has a field of its own elsewhere. */
export function factsMessage(facts: EditFacts): v1.EditFacts {
  const { templateId, model, maskRatio, maskedTokens, tokens, steps, warnings } = facts;
  return { templateId, model, maskRatio, maskedTokens, tokens, steps, warnings: [...warnings] };
}

function timesMessage(times: EditTimes): v1.EditTimings {
  return {
    gateway: timeMessage(times.gatewayMs),
    prepare: timeMessage(times.prepareMs),
    queue: timeMessage(times.queueMs),
    denoise: timeMessage(times.denoiseMs),
    decode: timeMessage(times.decodeMs),
    total: timeMessage(times.totalMs),
  };
}

function scoreMessage({ worker, predictedMs, queueMs, computeMs, loadMs, tier, leftOut }: WorkerScore): v1.WorkerScore {
  return {
    worker,
    ...(predictedMs === undefined ? {} : { predicted: timeMessage(predictedMs) }),
    queue: timeMessage(queueMs),
    compute: timeMessage(computeMs),
    load: timeMessage(loadMs),
    tier,
    leftOut,
  };
}

/** The same bytes, not copied. */
function viewOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
