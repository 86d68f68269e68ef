import { ServiceError } from '@instgenie/domain';
import type { v1 } from '@instgenie/rpc';
import type { EditOrder } from '../edits/edit-order.ts';
import { type OrderLimits, parseOrder } from '../edits/parse-order.ts';
import type { Job, JobItem, JobOrder, JobState } from '../jobs/jobs.ts';
import { parseJob } from '../jobs/parse-job.ts';
import { factsMessage, pictureMessage } from './edit-answer-messages.ts';
import { specFields } from './edit-messages.ts';
import { millisecondsOf, timeMessage } from './time-messages.ts';

const states = {
  queued: 'JOB_STATE_QUEUED',
  running: 'JOB_STATE_RUNNING',
  done: 'JOB_STATE_DONE',
  failed: 'JOB_STATE_FAILED',
  cancelled: 'JOB_STATE_CANCELLED',
} as const satisfies Record<JobState, v1.JobState>;

const pageSizeMax = 1000;
const usualPageSize = 100;

/** The job in a request. Throws `invalid`, naming the field as the proto does. */
export function jobOrderOf(request: v1.SubmitJobRequest__Output, limits: OrderLimits): JobOrder {
  const { requestId, webhookUrl, ttl } = request;
  return parseJob({
    requestId,
    webhookUrl,
    ttlMs: ttl === null ? undefined : millisecondsOf(ttl),
    edits: request.edits,
    parseEdit: (edit, at) => editOf(edit, { at, limits }),
  });
}

/** Throws `invalid` for a page larger than there are. */
export function pageSizeOf(size: number): number {
  if (size <= pageSizeMax) return size === 0 ? usualPageSize : size;
  throw new ServiceError('invalid', `page_size: at most ${pageSizeMax}`, { field: 'page_size' });
}

/** A job as a message, without files. */
export function jobMessage(job: Job): v1.Job {
  const { id, requestId, state, items, createdAtMs, endedAtMs, expiresAtMs, position, isWebhookDelivered } = job;
  return {
    jobId: id,
    requestId,
    state: states[state],
    items: items.map(itemMessage),
    createTime: timeMessage(createdAtMs),
    ...(endedAtMs === undefined ? {} : { endTime: timeMessage(endedAtMs) }),
    expireTime: timeMessage(expiresAtMs),
    position,
    isWebhookDelivered,
  };
}

function itemMessage({ state, stepsDone, stepsTotal, pictures, facts, failure }: JobItem): v1.JobItem {
  return {
    state: states[state],
    stepsDone,
    stepsTotal,
    pictures: pictures.map(pictureMessage),
    ...(facts === undefined ? {} : { facts: factsMessage(facts) }),
    ...(failure === undefined ? {} : { failure: failureMessage(failure) }),
  };
}

/** The reason is written as that of a status is. */
function failureMessage({ code, message, field = '' }: NonNullable<JobItem['failure']>): v1.JobFailure {
  return { reason: code.toUpperCase().replaceAll('-', '_'), message, field };
}

function editOf(
  edit: v1.EditSpec__Output,
  { at, limits }: { readonly at: string; readonly limits: OrderLimits },
): EditOrder {
  const fields = specFields(edit);
  const names = { isDense: `${at}.dense`, mustBeWarm: `${at}.require_warm` };
  return parseOrder({ ...fields, priority: fields.priority ?? 'batch' }, { limits, prefix: `${at}.`, names });
}
