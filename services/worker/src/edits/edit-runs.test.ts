import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ServiceError } from '@instgenie/domain';
import { VirtualClock } from '@instgenie/testing';
import type { EditNews } from './edit-feed.ts';
import type { EditJob } from './edit-job.ts';
import { EditRuns, type RunEdit } from './edit-runs.ts';
import { jobDigest } from './job-digest.ts';
import { MemoryBudget } from './memory-budget.ts';

const orphanMs = 1000;
const job: EditJob = {
  id: 'e1',
  tenant: 'acme',
  priority: 'normal',
  template: {
    model: undefined,
    source: { kind: 'inline', bytes: Uint8Array.of(1, 2) },
    steps: undefined,
    guidance: undefined,
    prompt: '',
    noiseSeed: 0,
    keepEvery: 1,
    owner: undefined,
  },
  mask: { kind: 'file', bytes: Uint8Array.of(3) },
  maskMode: 'auto',
  grow: 0,
  feather: 0,
  prompt: 'a fox',
  seed: 7,
  strength: 1,
  isDense: false,
  mustBeWarm: false,
  previews: 0,
  checkpointEvery: 0,
  orphanMs,
  resume: undefined,
  format: 'png',
  isMarked: false,
  size: undefined,
};

interface Started {
  readonly push: (news: EditNews) => void;
  readonly signal: AbortSignal;
  readonly end: PromiseWithResolvers<Uint8Array>;
}

/** Runs on a clock that stands still, with edits that end when the test says so. */
function openRuns({ memoryBytes = 1000, keptBytesMax = 100, endsAtOnce = true } = {}) {
  const clock = new VirtualClock();
  const memory = new MemoryBudget(memoryBytes);
  const runs = new EditRuns<Uint8Array>({ clock, memory, keptBytesMax, bytesOf: (picture) => picture.length });
  const started: Started[] = [];
  const run: RunEdit<Uint8Array> = ({ push }, signal) => {
    const end = Promise.withResolvers<Uint8Array>();
    started.push({ push, signal, end });
    const cancel = () => end.reject(new ServiceError('cancelled', 'cancelled'));
    if (endsAtOnce) signal.addEventListener('abort', cancel, { once: true });
    return end.promise;
  };
  const call = (fields: Partial<EditJob> = {}, caller: { readonly remainingMs?: number } = {}) => {
    const gone = new AbortController();
    const asked = { ...job, ...fields };
    const { remainingMs } = caller;
    const { news, done } = runs.follow(asked, { signal: gone.signal, remainingMs, orphanMs: asked.orphanMs }, run);
    done.catch(() => undefined);
    return { news, done, leave: () => gone.abort() };
  };
  const pass = (ms: number) => clock.runUntil(clock.pause(ms));
  return { clock, memory, runs, started, call, pass };
}

async function heard(news: AsyncIterable<EditNews>): Promise<string[]> {
  const kinds: string[] = [];
  for await (const { kind } of news) kinds.push(kind);
  return kinds;
}

const stepped = { kind: 'stepped', done: 1, total: 2 } as const;
const admitted = { kind: 'admitted', waitedMs: 0 } as const;

test('an edit whose caller has gone goes on, and an equal call joins it: news from then on, and the result', async () => {
  const { started, call, pass, runs } = openRuns();
  const first = call();
  started[0]?.push(admitted);
  first.leave();
  await pass(orphanMs - 1);
  assert.deepEqual([await heard(first.news), runs.orphans], [['admitted'], 1]);
  const resume = { stepsDone: 1, latents: new Float32Array(1), fingerprint: '' };
  const second = call({ resume, previews: 3, checkpointEvery: 1 });
  await pass(10 * orphanMs);
  started[0]?.push(stepped);
  started[0]?.end.resolve(Uint8Array.of(9));
  assert.deepEqual([await heard(second.news), await second.done], [['stepped'], Uint8Array.of(9)]);
  assert.deepEqual([started.length, runs.orphans], [1, 0]);
  call();
  assert.equal(started.length, 2, 'what was told is not kept');
});

test('an orphan that nobody joins ends when its time is over', async () => {
  const { started, call, pass } = openRuns();
  call().leave();
  await pass(orphanMs - 1);
  assert.equal(started[0]?.signal.aborted, false);
  await pass(1);
  assert.equal(started[0]?.signal.aborted, true);
});

test('while an orphan ends, its name is taken for who comes too late; then it is free', async () => {
  const { started, call, pass, runs } = openRuns({ endsAtOnce: false });
  call().leave();
  await pass(orphanMs);
  assert.deepEqual([started[0]?.signal.aborted, runs.orphans], [true, 0]);
  assert.throws(() => call(), { code: 'overloaded', field: 'edit_id' });
  started[0]?.end.resolve(Uint8Array.of(1));
  await pass(0);
  assert.equal(runs.keptBytes, 0);
  call();
  assert.equal(started.length, 2);
});

test('an edit ends with its call where no orphan was asked for, and where the call ended by its deadline', async () => {
  const { started, call, pass } = openRuns();
  call({ orphanMs: 0 }).leave();
  assert.equal(started[0]?.signal.aborted, true);
  const late = call({ id: 'late' }, { remainingMs: 300 });
  await pass(290);
  late.leave();
  assert.equal(started[1]?.signal.aborted, true);
});

test('several may follow one edit, up to a bound; it is an orphan when the last of them has gone', async () => {
  const { started, call, runs } = openRuns();
  const calls = Array.from({ length: 8 }, () => call());
  assert.throws(() => call(), { code: 'overloaded', field: 'edit_id' });
  for (const each of calls.slice(1)) each.leave();
  assert.equal(runs.orphans, 0);
  started[0]?.push(stepped);
  calls[0]?.leave();
  assert.deepEqual([runs.orphans, started.length], [1, 1]);
});

test('another edit of the name is refused while one runs, and takes the place of a kept result', async () => {
  const { started, call, pass, runs, memory } = openRuns();
  call().leave();
  assert.throws(() => call({ prompt: 'a hare' }), { code: 'invalid', field: 'edit_id' });
  started[0]?.end.resolve(Uint8Array.of(1));
  await pass(0);
  assert.equal(memory.usedBytes, 1);
  call({ prompt: 'a hare' });
  assert.deepEqual([started.length, runs.orphans, memory.usedBytes], [2, 0, 0]);
});

test('the result of an orphan is kept until its time is over, for all who come', async () => {
  const { started, call, pass, runs, memory } = openRuns();
  call().leave();
  started[0]?.end.resolve(Uint8Array.of(5));
  await pass(orphanMs / 2);
  for (const each of [call(), call()])
    assert.deepEqual([await heard(each.news), await each.done], [[], Uint8Array.of(5)]);
  assert.equal(memory.usedBytes, 1);
  await pass(orphanMs / 2);
  assert.deepEqual([memory.usedBytes, runs.orphans], [0, 0]);
  call();
  assert.equal(started.length, 2);
});

test('a failure is not kept, a kept result is dropped by name', async () => {
  const { started, call, pass, runs } = openRuns();
  call().leave();
  started[0]?.end.reject(new ServiceError('internal', 'broken'));
  await pass(0);
  call().leave();
  assert.equal(started.length, 2);
  assert.equal(runs.drop(job), false);
  started[1]?.end.resolve(Uint8Array.of(1));
  await pass(0);
  assert.equal(runs.drop({ ...job, tenant: 'other' }), false);
  assert.deepEqual([runs.drop(job), runs.drop(job), runs.keptBytes], [true, false, 0]);
});

test('kept results have a bound of their own: the oldest goes; and they take no memory that there is not', async () => {
  const { started, call, pass, runs, memory } = openRuns({ memoryBytes: 150, keptBytesMax: 100 });
  const keep = async (id: string, bytes: number) => {
    call({ id }).leave();
    started.at(-1)?.end.resolve(new Uint8Array(bytes));
    await pass(1);
  };
  await keep('a', 60);
  await keep('b', 40);
  await keep('c', 50);
  assert.deepEqual([runs.drop({ ...job, id: 'a' }), runs.keptBytes], [false, 90]);
  await keep('huge', 101);
  assert.equal(runs.drop({ ...job, id: 'huge' }), false);
  const edits = memory.take(60, 0);
  await keep('d', 10);
  assert.deepEqual([runs.drop({ ...job, id: 'd' }), memory.usedBytes], [false, 150]);
  runs[Symbol.dispose]();
  edits[Symbol.dispose]();
  assert.equal(memory.usedBytes, 0);
});

test('jobs are the same but for where they go on from and what is told on the way', () => {
  const { template } = job;
  const same: readonly Partial<EditJob>[] = [{ previews: 4 }, { checkpointEvery: 2 }, { orphanMs: 1 }];
  const other: readonly Partial<EditJob>[] = [
    { prompt: 'a hare' },
    { seed: 8 },
    { size: { width: 16, height: 16 } },
    { mask: { kind: 'alpha' } },
    { mask: { kind: 'file', bytes: Uint8Array.of(4) } },
    { template: { ...template, owner: 'other' } },
    { template: { ...template, source: { kind: 'inline', bytes: Uint8Array.of(1, 2, 3) } } },
    { template: { ...template, source: { kind: 'stored', sha256: 'a' } } },
  ];
  for (const fields of same) assert.equal(jobDigest({ ...job, ...fields }), jobDigest(job));
  assert.equal(new Set([job, ...other.map((fields) => ({ ...job, ...fields }))].map(jobDigest)).size, 9);
});

/** Whole numbers below `limit`, the same for the same seed. */
function randomNumbers(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % limit;
  };
}

test('whatever callers do, one run of a name is here at a time, and nothing is left of it (seed 5)', async () => {
  const random = randomNumbers(5);
  const { memory, runs, started, call, pass } = openRuns();
  const callers: { readonly leave: () => void }[] = [];
  const names: string[] = [];
  const ended = new Set<Started>();
  let joined = 0;
  for (let event = 0; event < 5000; event++) {
    const id = `e${random(4)}`;
    const kind = random(6);
    if (kind < 2 && callers.length < 8) {
      const before = started.length;
      callers.push(call({ id }));
      const fresh = started.at(before);
      if (fresh === undefined) joined++;
      else names.push(id);
      fresh?.signal.addEventListener('abort', () => ended.add(fresh), { once: true });
    } else if (kind < 3) callers.splice(random(Math.max(callers.length, 1)), 1)[0]?.leave();
    else if (kind === 3) {
      const each = started[started.length - 1 - random(4)];
      if (each === undefined) continue;
      ended.add(each);
      if (random(4) > 0) each.end.resolve(new Uint8Array(random(60)));
      else each.end.reject(new ServiceError('internal', 'broken'));
      await pass(0);
    } else if (kind === 4) runs.drop({ ...job, id });
    else await pass(random(orphanMs));
    const running = started.filter((each, at) => names[at] === id && !ended.has(each));
    assert.ok(running.length <= 1, 'nothing is computed twice');
    assert.ok(runs.keptBytes <= 100 && memory.usedBytes === runs.keptBytes);
  }
  for (const each of callers) each.leave();
  await pass(2 * orphanMs);
  assert.ok(
    started.every((each) => each.signal.aborted),
    'nobody wants them',
  );
  assert.deepEqual([runs.orphans, runs.keptBytes, memory.usedBytes], [0, 0, 0]);
  assert.ok(started.length > 200 && joined > 200, `${started.length} started, ${joined} joined`);
});
