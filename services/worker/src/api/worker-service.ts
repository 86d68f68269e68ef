import { setTimeout as pause } from 'node:timers/promises';
import { implement, type RpcService, serverStreaming, unary, workerServiceDefinition } from '@instgenie/rpc';
import type { EditNews } from '../edits/edit-feed.ts';
import { Feed } from '../edits/edit-feed.ts';
import type { PrimeNews } from '../edits/prime-flow.ts';
import type { Worker } from '../worker.ts';
import { newsMessage, resultMessage } from './edit-messages.ts';
import { heldVariants, loadMessage } from './load-message.ts';
import { parseEdit, parsePrime } from './parse-request.ts';

/** A worker as others call it. */
export function workerService(worker: Worker): RpcService {
  return implement(workerServiceDefinition(), {
    Edit: serverStreaming(async function* (request, context) {
      const job = parseEdit(request);
      const feed = new Feed<EditNews>();
      const done = worker.edit(job, feed, context).finally(() => feed.end());
      // Whoever waits for the news hears of a failure after them.
      done.catch(() => undefined);
      for await (const news of feed) yield newsMessage(news);
      yield resultMessage(await done);
    }),
    Prime: serverStreaming(async function* (request, context) {
      const feed = new Feed<PrimeNews>();
      const done = worker.prime(parsePrime(request), feed, context).finally(() => feed.end());
      done.catch(() => undefined);
      for await (const { done, total, variant, bytes } of feed) yield { done, total, variant, bytes };
      await done;
    }),
    Cancel: unary(async ({ tenant, editId }) => {
      worker.desk.cancel(tenant, editId);
      return {};
    }),
    Drain: unary(async ({ handOver }) => {
      worker.drain({ handOver });
      return { edits: worker.desk.count };
    }),
    WatchLoad: serverStreaming(async function* (_, { signal }) {
      let known: string | undefined;
      for (let sequence = 0; !signal.aborted; sequence++) {
        const { version, variants } = heldVariants(worker);
        const isNews = version !== known;
        yield { ...loadMessage(worker, sequence), hasVariants: isNews, ...(isNews ? { variants } : {}) };
        known = version;
        await pause(worker.config.loadBeatMs, undefined, { signal }).catch(() => undefined);
      }
    }),
  });
}
