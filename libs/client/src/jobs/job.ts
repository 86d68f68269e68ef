import type { EditFacts, PictureFacts } from '../edits/edit.ts';

export type JobState = 'queued' | 'running' | 'done' | 'failed' | 'cancelled';

/** An edit of a job. */
export interface JobItem {
  readonly state: JobState;
  readonly stepsDone: number;
  readonly stepsTotal: number;
  /** Its results, without their files. */
  readonly pictures: readonly PictureFacts[];
  readonly facts: EditFacts | undefined;
  readonly failure: { readonly reason: string; readonly message: string; readonly field: string } | undefined;
}

/** One edit or many in the background. */
export interface Job {
  readonly id: string;
  readonly requestId: string;
  readonly state: JobState;
  /** In the order they were sent. */
  readonly items: readonly JobItem[];
  /** Milliseconds of the epoch, like the others. */
  readonly createdAtMs: number;
  readonly endedAtMs: number | undefined;
  /** When it and its results are deleted. */
  readonly expiresAtMs: number | undefined;
  /** How many jobs are ahead of it, while it waits. */
  readonly position: number;
  readonly isWebhookDelivered: boolean;
}

export function hasEnded({ state }: Job): boolean {
  return state === 'done' || state === 'failed' || state === 'cancelled';
}
