/** How jobs are kept and run. */
export interface JobSettings {
  /** Edits of jobs that run at once in this gateway; 0: it takes jobs and runs none. */
  readonly concurrency: number;
  /** Edits that may wait, of all tenants and of one. */
  readonly waitingMax: number;
  readonly waitingPerTenantMax: number;
  /** Whether webhooks may be http and on private addresses. */
  readonly webhookHttp: boolean;
  /** What webhooks are signed with; without it there are none. */
  readonly webhookSecret: Uint8Array | undefined;
  /** Nobody waits longer for Redis. */
  readonly commandMs: number;
  /** A gateway that is silent for so long has lost its edits; that is looked for every `stalledMs`. */
  readonly lockMs: number;
  readonly stalledMs: number;
  /** An edit that has ended so many gateways has failed. */
  readonly stallsMax: number;
  /** Of an edit that fails; refusals for lack of room do not count. */
  readonly attemptsMax: number;
  readonly attemptDelayMs: number;
  readonly webhookAttemptsMax: number;
  readonly webhookDelayMs: number;
  readonly webhookTimeoutMs: number;
  /** Between two notes of how far an edit is. */
  readonly progressMs: number;
  /** Between two looks for whether a running edit was cancelled. */
  readonly cancelMs: number;
  /** Between two looks of who watches, where nobody tells of changes. */
  readonly watchMs: number;
  /** Between two looks for what was lost, and for what has expired. */
  readonly sweepMs: number;
  /** Edits may be given back in this time when the gateway closes. */
  readonly closeMs: number;
}

/** Webhooks: 5 s, 10 s, ... 21 min, in all 43 minutes. */
export const jobSettings: JobSettings = {
  concurrency: 4,
  waitingMax: 10_000,
  waitingPerTenantMax: 1000,
  webhookHttp: false,
  webhookSecret: undefined,
  commandMs: 80,
  lockMs: 10_000,
  stalledMs: 5000,
  stallsMax: 2,
  attemptsMax: 3,
  attemptDelayMs: 1000,
  webhookAttemptsMax: 10,
  webhookDelayMs: 5000,
  webhookTimeoutMs: 10_000,
  progressMs: 500,
  cancelMs: 1000,
  watchMs: 1000,
  sweepMs: 60_000,
  closeMs: 5000,
};
