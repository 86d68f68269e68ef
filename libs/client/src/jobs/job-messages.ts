import { ServiceError } from '@instgenie/domain';
import type { v1 } from '@instgenie/rpc';
import { fromFacts, fromPictureFacts } from '../edits/edit-messages.ts';
import { millisecondsOf, optionalMilliseconds } from '../wire.ts';
import type { Job, JobItem, JobState } from './job.ts';

const states = {
  JOB_STATE_UNSPECIFIED: 'queued',
  JOB_STATE_QUEUED: 'queued',
  JOB_STATE_RUNNING: 'running',
  JOB_STATE_DONE: 'done',
  JOB_STATE_FAILED: 'failed',
  JOB_STATE_CANCELLED: 'cancelled',
} as const satisfies Record<v1.JobState__Output, JobState>;

/** Throws `internal` where a server sends none. */
export function fromJob(job: v1.Job__Output | null): Job {
  if (job === null) throw new ServiceError('internal', 'the server has answered without a job');
  const { requestId, position, isWebhookDelivered } = job;
  return {
    id: job.jobId,
    requestId,
    state: states[job.state],
    items: job.items.map(fromItem),
    createdAtMs: millisecondsOf(job.createTime),
    endedAtMs: optionalMilliseconds(job.endTime),
    expiresAtMs: optionalMilliseconds(job.expireTime),
    position,
    isWebhookDelivered,
  };
}

function fromItem(item: v1.JobItem__Output): JobItem {
  const { stepsDone, stepsTotal, facts, failure } = item;
  return {
    state: states[item.state],
    stepsDone,
    stepsTotal,
    pictures: item.pictures.map(fromPictureFacts),
    facts: facts === null ? undefined : fromFacts(facts),
    failure: failure ?? undefined,
  };
}
