import type { ServiceError } from '@instgenie/domain';
import type { Caller } from '@instgenie/tenants';
import type { EditOrder } from '../edits/edit-order.ts';
import type { EditedPicture, EditFacts } from '../edits/editing.ts';

export type JobState = 'queued' | 'running' | 'done' | 'failed' | 'cancelled';

/** An edit of a job. */
export interface JobItem {
  readonly state: JobState;
  readonly stepsDone: number;
  readonly stepsTotal: number;
  readonly facts: EditFacts | undefined;
  /** Without their files. */
  readonly pictures: readonly Omit<EditedPicture, 'image'>[];
  readonly failure: Pick<ServiceError, 'code' | 'message' | 'field'> | undefined;
}

/** One edit or many that nobody waits for. */
export interface Job {
  /** 32 lower-case hexadecimal digits. */
  readonly id: string;
  readonly requestId: string;
  readonly state: JobState;
  readonly items: readonly JobItem[];
  /** Milliseconds of the epoch, like the others. */
  readonly createdAtMs: number;
  readonly endedAtMs: number | undefined;
  readonly expiresAtMs: number;
  /** Jobs ahead of it, while it waits. */
  readonly position: number;
  readonly isWebhookDelivered: boolean;
}

export interface JobOrder {
  readonly requestId: string;
  /** 1 to 100. */
  readonly edits: readonly EditOrder[];
  readonly webhookUrl: string | undefined;
  readonly ttlMs: number;
}

/** Jobs as every edge asks for them; those of other tenants are `not-found`. `unavailable` within 100 ms without Redis. */
export interface Jobs {
  submit(order: JobOrder, caller: Caller): Promise<Job>;
  get(id: string, caller: Caller): Promise<Job>;
  list(
    page: { readonly size: number; readonly token: string },
    caller: Caller,
  ): Promise<{ readonly jobs: readonly Job[]; readonly nextToken: string }>;
  cancel(id: string, caller: Caller): Promise<Job>;
  /** The job now, and each time it has changed, until it has ended. */
  watch(id: string, call: { readonly caller: Caller; readonly signal: AbortSignal }): AsyncIterable<Job>;
  /** The file of a result. */
  result(
    which: { readonly id: string; readonly item: number; readonly picture: number },
    caller: Caller,
  ): Promise<Uint8Array>;
}
