import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { EitherSignal } from '@instgenie/domain';
import {
  type EditResult,
  implement,
  type RpcService,
  serverStreaming,
  unary,
  workerServiceDefinition,
} from '@instgenie/rpc';
import { newsMessage } from '../api/edit-messages.ts';
import { parseEdit, parsePrime } from '../api/parse-request.ts';
import { Cordon } from '../edits/cordon.ts';
import type { EditDesk } from '../edits/edit-desk.ts';
import { Feed } from '../edits/edit-feed.ts';
import type { EditRuns } from '../edits/edit-runs.ts';
import type { PrimeNews } from '../edits/prime-flow.ts';
import { withSignsOfLife } from '../edits/signs-of-life.ts';
import { simulatedLoad } from './load-message.ts';
import { runSimulatedEdit, runSimulatedPrime, type SimulatedParts } from './simulated-edit.ts';

export interface SimulatedServiceParts extends SimulatedParts {
  readonly desk: EditDesk;
  readonly runs: EditRuns<EditResult>;
  readonly onEnd: (outcome: 'done' | 'failed') => void;
}

/** A caller that hears nothing for some time takes a worker for dead. */
const silentMs = 500;

/** A simulated worker as others call it. */
export function simulatedService(parts: SimulatedServiceParts): RpcService {
  const { host, desk, runs } = parts;
  const cordon = new Cordon(undefined, false);
  const { edits, loadBeatMs } = host.config;
  return implement(workerServiceDefinition(), {
    Edit: serverStreaming(async function* (request, context) {
      const job = parseEdit(request);
      const deadlineMs = host.clock.now() + Math.min(context.remainingMs ?? Number.POSITIVE_INFINITY, edits.deadlineMs);
      const caller = { signal: context.signal, remainingMs: context.remainingMs, orphanMs: job.orphanMs };
      const { news, done } = runs.follow(job, caller, async (feed, signal) => {
        using entry = desk.enter(job);
        using either = new EitherSignal(signal, entry.signal);
        const call = { key: entry.key, feed, signal: either.signal, deadlineMs };
        const ending = runSimulatedEdit(parts, job, call);
        ending.then(
          () => parts.onEnd('done'),
          () => parts.onEnd('failed'),
        );
        return await ending;
      });
      yield { alive: {} };
      for await (const each of withSignsOfLife(news, { silentMs, clock: host.clock })) {
        yield each === undefined ? { alive: {} } : newsMessage(each);
      }
      if (!context.signal.aborted) yield { result: await done };
    }),
    Prime: serverStreaming(async function* (request, context) {
      const job = parsePrime(request);
      const feed = new Feed<PrimeNews>();
      const run = async () => {
        using entry = desk.enter({ tenant: job.tenant, id: `prime ${randomUUID()}` });
        using either = new EitherSignal(context.signal, entry.signal);
        await runSimulatedPrime(parts, job, { key: entry.key, feed, signal: either.signal });
      };
      const done = run().finally(() => feed.end());
      done.catch(() => undefined);
      for await (const { done, total, variant, bytes } of feed) yield { done, total, variant, bytes };
      await done;
    }),
    Cancel: unary(async ({ tenant, editId }) => {
      if (!runs.drop({ tenant, id: editId })) desk.cancel(tenant, editId);
      return {};
    }),
    Drain: unary(async ({ handOver }) => {
      desk.close();
      host.batcher.drain({ handOver });
      return { edits: desk.count };
    }),
    Cordon: unary(async ({ isCordoned }) => {
      await cordon.set(isCordoned);
      return { edits: desk.count };
    }),
    WatchLoad: serverStreaming(async function* (_, { signal }) {
      let known = -1;
      for (let sequence = 0; !signal.aborted; sequence++) {
        const { version } = host.store;
        yield simulatedLoad({ host, desk, cordon }, { sequence, withVariants: version !== known });
        known = version;
        await pause(loadBeatMs, undefined, { signal }).catch(() => undefined);
      }
    }),
  });
}
