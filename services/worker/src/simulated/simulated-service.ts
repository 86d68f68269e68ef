import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { implement, type RpcService, serverStreaming, unary, workerServiceDefinition } from '@instgenie/rpc';
import { parseEdit, parsePrime } from '../api/parse-request.ts';
import type { EditDesk } from '../edits/edit-desk.ts';
import { Feed } from '../edits/edit-feed.ts';
import type { PrimeNews } from '../edits/prime-flow.ts';
import { simulatedLoad } from './load-message.ts';
import { runSimulatedPrime, type SimulatedParts } from './simulated-edit.ts';
import type { SimulatedRuns } from './simulated-runs.ts';

/** A simulated worker as others call it. */
export function simulatedService(
  parts: SimulatedParts,
  { desk, runs }: { readonly desk: EditDesk; readonly runs: SimulatedRuns },
): RpcService {
  const { host } = parts;
  const { edits, loadBeatMs } = host.config;
  return implement(workerServiceDefinition(), {
    Edit: serverStreaming((request, { remainingMs = Number.POSITIVE_INFINITY }) => {
      const deadlineMs = host.clock.now() + Math.min(remainingMs, edits.deadlineMs);
      return runs.read(parseEdit(request), { deadlineMs });
    }),
    Prime: serverStreaming(async function* (request, context) {
      const job = parsePrime(request);
      const feed = new Feed<PrimeNews>();
      const run = async () => {
        using entry = desk.enter({ tenant: job.tenant, id: `prime ${randomUUID()}` });
        const signal = AbortSignal.any([context.signal, entry.signal]);
        await runSimulatedPrime(parts, job, { key: entry.key, feed, signal });
      };
      const done = run().finally(() => feed.end());
      done.catch(() => undefined);
      for await (const { done, total, variant, bytes } of feed) yield { done, total, variant, bytes };
      await done;
    }),
    Cancel: unary(async ({ tenant, editId }) => {
      desk.cancel(tenant, editId);
      return {};
    }),
    Drain: unary(async ({ handOver }) => {
      desk.close();
      host.batcher.drain({ handOver });
      return { edits: desk.count };
    }),
    WatchLoad: serverStreaming(async function* (_, { signal }) {
      let known = -1;
      for (let sequence = 0; !signal.aborted; sequence++) {
        const { version } = host.store;
        yield simulatedLoad({ host, desk }, { sequence, withVariants: version !== known });
        known = version;
        await pause(loadBeatMs, undefined, { signal }).catch(() => undefined);
      }
    }),
  });
}
