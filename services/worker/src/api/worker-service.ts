import { setTimeout as pause } from 'node:timers/promises';
import { systemClock } from '@instgenie/domain';
import { implement, type RpcService, serverStreaming, unary, workerServiceDefinition } from '@instgenie/rpc';
import { Feed } from '../edits/edit-feed.ts';
import type { PrimeNews } from '../edits/prime-flow.ts';
import { withSignsOfLife } from '../edits/signs-of-life.ts';
import type { Worker } from '../worker.ts';
import { newsMessage, resultMessage } from './edit-messages.ts';
import { heldVariants, loadMessage } from './load-message.ts';
import { parseEdit, parsePrime } from './parse-request.ts';

/** A caller that hears nothing for some time takes a worker for dead. */
const silentMs = 500;

/** A worker as others call it. */
export function workerService(worker: Worker): RpcService {
  return implement(workerServiceDefinition(), {
    Edit: serverStreaming(async function* (request, context) {
      const { news, done } = worker.follow(parseEdit(request), context);
      yield { alive: {} };
      for await (const each of withSignsOfLife(news, { silentMs, clock: systemClock })) {
        yield each === undefined ? { alive: {} } : newsMessage(each);
      }
      // Who has gone hears no more of it, and another one may.
      if (!context.signal.aborted) yield resultMessage(await done);
    }),
    Prime: serverStreaming(async function* (request, context) {
      const feed = new Feed<PrimeNews>();
      const done = worker.prime(parsePrime(request), feed, context).finally(() => feed.end());
      done.catch(() => undefined);
      for await (const { done, total, variant, bytes } of feed) yield { done, total, variant, bytes };
      await done;
    }),
    Cancel: unary(async ({ tenant, editId }) => {
      worker.cancel(tenant, editId);
      return {};
    }),
    Drain: unary(async ({ handOver }) => {
      worker.drain({ handOver });
      return { edits: worker.desk.count };
    }),
    Cordon: unary(async ({ isCordoned }) => {
      await worker.cordon.set(isCordoned);
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
