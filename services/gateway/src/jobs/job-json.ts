import type { EditedPicture, EditFacts } from '../edits/editing.ts';
import type { Job, JobItem } from './jobs.ts';

/** A job as JSON: of webhooks, and of whoever else shows it. Results are named, and not in it. */
export function jobJson(job: Job) {
  return {
    id: job.id,
    request_id: job.requestId,
    state: job.state,
    created_at: isoTime(job.createdAtMs),
    ended_at: job.endedAtMs === undefined ? null : isoTime(job.endedAtMs),
    expires_at: isoTime(job.expiresAtMs),
    position: job.position,
    items: job.items.map(itemJson),
  };
}

function itemJson({ state, stepsDone, stepsTotal, facts, pictures, failure }: JobItem, item: number) {
  return {
    item,
    state,
    steps_done: stepsDone,
    steps_total: stepsTotal,
    facts: facts === undefined ? null : factsJson(facts),
    pictures: pictures.map(pictureJson),
    failure:
      failure === undefined ? null : { code: failure.code, message: failure.message, field: failure.field ?? null },
  };
}

function factsJson({ templateId, model, maskRatio, maskedTokens, tokens, steps, warnings }: EditFacts) {
  return {
    template_id: templateId,
    model,
    mask_ratio: maskRatio,
    masked_tokens: maskedTokens,
    tokens,
    steps,
    warnings,
  };
}

function pictureJson(
  { width, height, seed, cache, times, worker, moves, isMixed }: Omit<EditedPicture, 'image'>,
  picture: number,
) {
  return { picture, width, height, seed, cache, total_ms: times.totalMs, worker, moves, is_mixed: isMixed };
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
