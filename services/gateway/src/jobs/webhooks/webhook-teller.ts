import type { Log } from '@instgenie/telemetry';
import { jobJson } from '../../http/job-json.ts';
import type { JobBlobs } from '../job-blobs.ts';
import type { JobRef } from '../job-id.ts';
import type { JobSettings } from '../job-settings.ts';
import { jobView } from '../job-view.ts';
import { sendWebhook } from './send-webhook.ts';
import { webhookHeaders } from './sign-webhook.ts';
import type { Resolve } from './webhook-target.ts';

export interface WebhookTellerParts {
  readonly blobs: JobBlobs;
  readonly settings: JobSettings;
  readonly resolve: Resolve;
  readonly nowMs: () => number;
  readonly log: Log;
}

/** Tells a job's end to who wanted to be told: at least once, each time with the same id. */
export class WebhookTeller {
  readonly #parts: WebhookTellerParts;

  constructor(parts: WebhookTellerParts) {
    this.#parts = parts;
  }

  /** Returns false where it is to be tried again. `isLast`: then it is given up. */
  async tell(job: JobRef, isLast: boolean): Promise<boolean> {
    const { blobs, nowMs, log } = this.#parts;
    if ((await blobs.isWebhookDelivered(job)) === undefined) {
      const answer = await this.#send(job);
      if (answer === 'again' && !isLast) return false;
      const isDelivered = answer === 'taken';
      // Of a job that was deleted meanwhile nothing is kept.
      if (answer !== 'gone') await blobs.putWebhook(job, { isDelivered, atMs: nowMs() });
      log.info({ event: 'job webhook', job: job.id, answer });
    }
    const order = await blobs.order(job);
    if (order !== undefined) await blobs.deleteOpen({ ...job, edits: order.edits });
    return true;
  }

  async #send(job: JobRef) {
    const { blobs, settings, resolve, nowMs } = this.#parts;
    const [order, end] = await Promise.all([blobs.order(job), blobs.end(job)]);
    const secret = settings.webhookSecret;
    if (order?.webhookUrl === undefined || end === undefined || secret === undefined) return 'gone';
    const view = jobView({
      order,
      end,
      outcomes: new Map(end.items.entries()),
      isCancelled: false,
      line: { position: 0, running: new Map() },
      isWebhookDelivered: false,
    });
    const body = JSON.stringify({
      type: 'job.ended',
      timestamp: new Date(end.endedAtMs).toISOString(),
      data: jobJson(view),
    });
    const headers = webhookHeaders({ id: `job_${job.id}`, atMs: nowMs(), body }, secret);
    try {
      return await sendWebhook({ url: order.webhookUrl, headers, body }, { resolve, ...settings });
    } catch {
      // No answer, or an address that is not allowed now: names change.
      return 'again';
    }
  }
}
