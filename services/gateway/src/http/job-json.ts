import { ServiceError } from '@instgenie/domain';
import type { Job, JobItem } from '../jobs/jobs.ts';
import { factsJson, pictureJson } from './edit-facts-json.ts';
import { openAiError } from './openai-error.ts';
import { paramNames } from './openai-names.ts';

/** A job in JSON; results are addresses. */
export function jobJson(job: Job) {
  return {
    id: job.id,
    object: 'edit.job',
    request_id: job.requestId,
    status: job.state,
    created_at: secondsOf(job.createdAtMs),
    ended_at: job.endedAtMs === undefined ? null : secondsOf(job.endedAtMs),
    expires_at: secondsOf(job.expiresAtMs),
    position: job.position,
    is_webhook_delivered: job.isWebhookDelivered,
    items: job.items.map((item, index) => itemJson(item, `/v1/edits/${job.id}/results/${index}`)),
  };
}

function itemJson({ state, stepsDone, stepsTotal, facts, pictures, failure }: JobItem, path: string) {
  return {
    status: state,
    steps_done: stepsDone,
    steps_total: stepsTotal,
    facts: facts === undefined ? null : factsJson(facts),
    pictures: pictures.map((picture, index) => ({ ...pictureJson(picture), url: `${path}/${index}` })),
    error: failure === undefined ? null : failureJson(failure),
  };
}

function failureJson({ code, message, field }: NonNullable<JobItem['failure']>) {
  const error = new ServiceError(code, message, field === undefined ? {} : { field });
  return openAiError(error, paramNames).body.error;
}

function secondsOf(ms: number): number {
  return Math.floor(ms / 1000);
}
