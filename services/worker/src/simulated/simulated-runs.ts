import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { ServiceError } from '@instgenie/domain';
import type { EditResponse, EditResult } from '@instgenie/rpc';
import { newsMessage } from '../api/edit-messages.ts';
import type { EditDesk } from '../edits/edit-desk.ts';
import { type EditNews, Feed } from '../edits/edit-feed.ts';
import type { EditJob } from '../edits/edit-job.ts';
import { runSimulatedEdit, type SimulatedParts } from './simulated-edit.ts';

interface Run {
  readonly digest: string;
  readonly readers: Set<Feed<EditNews>>;
  readonly done: Promise<EditResult>;
  readonly stop: AbortController;
  /** Takes back what is to happen when nobody comes. */
  unwatch: () => void;
}

const aliveMs = 500;

/** Edits that run, for all who ask for the same one; they go on for a while when nobody reads, and keep their results. */
export class SimulatedRuns {
  readonly #parts: SimulatedParts;
  readonly #desk: EditDesk;
  readonly #onEnd: (outcome: 'done' | 'failed') => void;
  readonly #runs = new Map<string, Run>();

  constructor(
    parts: SimulatedParts,
    { desk, onEnd }: { readonly desk: EditDesk; readonly onEnd: (outcome: 'done' | 'failed') => void },
  ) {
    this.#parts = parts;
    this.#desk = desk;
    this.#onEnd = onEnd;
  }

  /** What happens to an edit, and its result. */
  async *read(job: EditJob, { deadlineMs }: { readonly deadlineMs: number }): AsyncGenerator<EditResponse, void> {
    const key = `${job.tenant}\0${job.id}`;
    const digest = digestOf(job);
    const known = this.#runs.get(key);
    if (known !== undefined && known.digest !== digest) {
      throw new ServiceError('invalid', 'edit_id: another edit of this name is here already', { field: 'edit_id' });
    }
    const run = known ?? this.#start(job, { key, digest, deadlineMs });
    const feed = new Feed<EditNews>();
    run.unwatch();
    run.readers.add(feed);
    run.done.then(
      () => feed.end(),
      () => feed.end(),
    );
    let isTold = false;
    try {
      for await (const news of withSignsOfLife(feed)) yield news === undefined ? { alive: {} } : newsMessage(news);
      const result = await run.done;
      yield { result };
      isTold = true;
    } catch (thrown) {
      isTold = true;
      throw thrown;
    } finally {
      run.readers.delete(feed);
      if (run.readers.size === 0) this.#leave(key, { run, keptMs: isTold ? 0 : job.orphanMs });
    }
  }

  #start(job: EditJob, of: { readonly key: string; readonly digest: string; readonly deadlineMs: number }): Run {
    const readers = new Set<Feed<EditNews>>();
    const stop = new AbortController();
    const feed = { push: (news: EditNews) => readers.forEach((reader) => reader.push(news)) };
    const work = async () => {
      using entry = this.#desk.enter(job);
      const signal = AbortSignal.any([stop.signal, entry.signal]);
      return await runSimulatedEdit(this.#parts, job, { key: entry.key, feed, signal, deadlineMs: of.deadlineMs });
    };
    const run: Run = { digest: of.digest, readers, done: work(), stop, unwatch: () => undefined };
    run.done.then(
      () => this.#onEnd('done'),
      () => this.#onEnd('failed'),
    );
    this.#runs.set(of.key, run);
    return run;
  }

  #leave(key: string, { run, keptMs }: { readonly run: Run; readonly keptMs: number }): void {
    const end = () => {
      run.stop.abort();
      if (this.#runs.get(key) === run) this.#runs.delete(key);
    };
    if (keptMs === 0) end();
    else run.unwatch = this.#parts.host.clock.after(keptMs, end);
  }
}

/** Each piece of news; undefined where there was none for a while. */
async function* withSignsOfLife(feed: Feed<EditNews>): AsyncGenerator<EditNews | undefined, void> {
  const all = feed[Symbol.asyncIterator]();
  let next = all.next();
  for (;;) {
    const heard = new AbortController();
    const alive = pause(aliveMs, 'alive' as const, { signal: heard.signal }).catch(() => 'alive' as const);
    const first = await Promise.race([next, alive]);
    heard.abort();
    if (first === 'alive') yield undefined;
    else if (first.done === true) return;
    else {
      next = all.next();
      yield first.value;
    }
  }
}

/** Without what may differ from one attempt to the next. */
function digestOf({ mask, template, ...job }: EditJob): string {
  const rest = { ...job, resume: undefined, orphanMs: undefined };
  const hash = createHash('sha256').update(JSON.stringify(rest));
  hash.update(mask.kind).update('bytes' in mask ? mask.bytes : '');
  const { source, ...asked } = template;
  hash.update(JSON.stringify(asked)).update(source.kind === 'inline' ? source.bytes : source.sha256);
  return hash.digest('hex');
}
