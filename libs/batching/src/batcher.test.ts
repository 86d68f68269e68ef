import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ServiceError } from '@instgenie/domain';
import { SimulatedEngine, VirtualClock } from '@instgenie/testing';
import fc from 'fast-check';
import { requestBatching, staticBatching } from './admission-policy.ts';
import { Batcher, type BatcherSettings, type EditEvent, type EditOutcome } from './batcher.ts';
import type { EditRequest } from './edit-request.ts';
import type { StepTime } from './predict-finish.ts';

const usual: BatcherSettings = { batchMax: 2, bytesMax: 1000, waitingMax: 100, agingMs: 1_000_000 };
/** A step costs 10 ms and a millisecond for each 100 tokens. */
const stepTime: StepTime = (batch) => 10 + batch.reduce((sum, { maskedTokens }) => sum + maskedTokens, 0) / 100;

interface Work {
  readonly id: string;
  readonly maskedTokens: number;
}

function setUp(settings: Partial<BatcherSettings> = {}) {
  const clock = new VirtualClock();
  const engine = new SimulatedEngine({
    clock,
    stepMs: (batch) => stepTime(batch.map(({ maskedTokens }) => ({ maskedTokens, stepsLeft: 1 }))),
  });
  const batches: string[][] = [];
  let failure: ServiceError | undefined;
  const batcher = new Batcher<Work>({
    executor: {
      step: async (batch) => {
        batches.push(batch.map(({ id }) => id));
        await engine.step(batch);
        if (failure !== undefined) throw failure;
      },
    },
    clock,
    stepTime,
    settings: { ...usual, ...settings },
  });
  const outcomes = new Map<string, EditOutcome>();
  const events = new Map<string, EditEvent[]>();
  const ended = new Map<string, number>();
  const submit = (id: string, fields: Partial<EditRequest> = {}) => {
    const request: EditRequest = {
      id,
      tenant: 'shop',
      priority: 'normal',
      maskedTokens: 100,
      stepsTotal: 3,
      stepsDone: 0,
      bytes: 1,
      ...fields,
    };
    const heard: EditEvent[] = [];
    events.set(id, heard);
    const submission = batcher.submit(request, { id, maskedTokens: request.maskedTokens }, (event) =>
      heard.push(event),
    );
    if (submission.kind === 'accepted') {
      void submission.outcome.then((outcome) => {
        assert.ok(!outcomes.has(id), 'an edit ends once');
        outcomes.set(id, outcome);
        ended.set(id, clock.now());
      });
    }
    return submission;
  };
  const fail = (error: ServiceError | undefined) => {
    failure = error;
  };
  return { clock, engine, batcher, batches, outcomes, events, ended, submit, fail };
}

test('an edit joins at the next step boundary and leaves as soon as its last step is done', async () => {
  const { clock, batcher, batches, outcomes, submit } = setUp();
  submit('long', { stepsTotal: 4 });
  const running = batcher.run();
  await clock.runUntil(clock.pause(15));
  submit('short', { stepsTotal: 1 });
  batcher.drain({ handOver: false });
  await clock.runUntil(running);
  assert.deepEqual(batches, [['long'], ['long'], ['long', 'short'], ['long']]);
  assert.deepEqual([...outcomes.values()], [{ kind: 'done' }, { kind: 'done' }]);
});

test('static batches take nobody and let nobody go before all are done; request batching runs one by one', async () => {
  for (const [policy, wanted] of [
    [staticBatching, [['a', 'b'], ['a', 'b'], ['b'], ['c']]],
    [requestBatching, [['a'], ['a'], ['b'], ['b'], ['b'], ['c']]],
  ] as const) {
    const { clock, batcher, batches, ended, submit } = setUp({ policy });
    submit('a', { stepsTotal: 2 });
    submit('b', { stepsTotal: 3 });
    submit('c', { stepsTotal: 1 });
    batcher.drain({ handOver: false });
    await clock.runUntil(batcher.run());
    assert.deepEqual(batches, wanted);
    if (policy === staticBatching) assert.equal(ended.get('a'), ended.get('b'));
  }
});

test('the more urgent goes first and takes the place of the less urgent, which goes on where it was', async () => {
  const { clock, batcher, batches, events, submit } = setUp({ batchMax: 1 });
  submit('job', { priority: 'batch', stepsTotal: 3 });
  const running = batcher.run();
  await clock.runUntil(clock.pause(12));
  submit('normal', { stepsTotal: 1 });
  submit('now', { priority: 'interactive', stepsTotal: 1 });
  batcher.drain({ handOver: false });
  await clock.runUntil(running);
  assert.deepEqual(batches.flat(), ['job', 'job', 'now', 'normal', 'job']);
  assert.deepEqual(
    events.get('job')?.map(({ kind }) => kind),
    ['admitted', 'stepped', 'stepped', 'preempted', 'admitted', 'stepped'],
  );
});

test('who waits long becomes more urgent', async () => {
  const { clock, batcher, batches, submit } = setUp({ batchMax: 1, agingMs: 30 });
  submit('first', { priority: 'interactive', stepsTotal: 1 });
  submit('job', { priority: 'batch', stepsTotal: 1 });
  const running = batcher.run();
  for (let at = 0; at < 20; at++) {
    submit(`i${at}`, { priority: 'interactive', stepsTotal: 1 });
    await clock.runUntil(clock.pause(11));
  }
  batcher.drain({ handOver: false });
  await clock.runUntil(running);
  assert.ok(batches.flat().indexOf('job') <= 8, batches.flat().join());
});

test('tenants get equal shares of masked token-steps, whatever they send', async () => {
  const { clock, batcher, events, ended, submit } = setUp({ batchMax: 1 });
  for (let at = 0; at < 50; at++) submit(`greedy${at}`, { tenant: 'greedy', stepsTotal: 1 });
  for (let at = 0; at < 5; at++) submit(`modest${at}`, { tenant: 'modest', stepsTotal: 1, maskedTokens: 200 });
  batcher.drain({ handOver: false });
  await clock.runUntil(batcher.run());
  assert.equal(events.size, 55);
  const last = Math.max(...[0, 1, 2, 3, 4].map((at) => ended.get(`modest${at}`) ?? Number.NaN));
  const before = [...ended].filter(([id, atMs]) => id.startsWith('greedy') && atMs < last).length;
  assert.ok(before <= 11, `${before} edits of the greedy tenant were done before the last of the modest one`);
});

test('what cannot be done in time is refused at once, and what was taken is done in time', async () => {
  const { clock, batcher, outcomes, ended, submit } = setUp({ batchMax: 2 });
  const taken: string[] = [];
  for (let at = 0; at < 10; at++) {
    const answer = submit(`e${at}`, { deadlineMs: 100 });
    if (answer.kind === 'accepted') taken.push(`e${at}`);
    else assert.ok(answer.reason === 'late' && answer.retryAfterMs > 0);
  }
  // Two at a time, 36 ms each.
  assert.deepEqual(taken, ['e0', 'e1', 'e2', 'e3']);
  batcher.drain({ handOver: false });
  await clock.runUntil(batcher.run());
  for (const id of taken) assert.ok(outcomes.get(id)?.kind === 'done' && (ended.get(id) ?? 101) <= 100);
});

test('a cancelled edit is out after the running step, one that waits at once; the deadline ends an edit too', async () => {
  const { clock, batcher, batches, outcomes, submit } = setUp({ batchMax: 1 });
  submit('runs', { stepsTotal: 50 });
  const running = batcher.run();
  await clock.runUntil(clock.pause(5));
  submit('waits');
  assert.equal(batcher.cancel('waits'), true);
  assert.equal(batcher.cancel('runs'), true);
  assert.equal(batcher.cancel('nobody'), false);
  await clock.runUntil(clock.pause(7));
  assert.deepEqual([outcomes.get('waits'), outcomes.get('runs')], [{ kind: 'cancelled' }, { kind: 'cancelled' }]);
  assert.equal(batches.length, 1);
  // Slower than it was predicted to be: others with more urgency come in between.
  submit('late', { deadlineMs: clock.now() + 40 });
  for (let at = 0; at < 3; at++) submit(`urgent${at}`, { priority: 'interactive', stepsTotal: 2 });
  batcher.drain({ handOver: false });
  await clock.runUntil(running);
  assert.deepEqual(outcomes.get('late'), { kind: 'expired' });
});

test('a drain with hand-over lets every edit go after the running step, with the steps it has done', async () => {
  const { clock, batcher, outcomes, submit } = setUp({ batchMax: 1 });
  submit('runs', { stepsTotal: 50, stepsDone: 7 });
  submit('waits', { stepsDone: 2 });
  const running = batcher.run();
  await clock.runUntil(clock.pause(5));
  batcher.drain({ handOver: true });
  assert.deepEqual(submit('more'), { kind: 'refused', reason: 'closed', retryAfterMs: 0 });
  await clock.runUntil(running);
  assert.deepEqual(outcomes.get('runs'), { kind: 'left', stepsDone: 8 });
  assert.deepEqual(outcomes.get('waits'), { kind: 'left', stepsDone: 2 });
});

test('a step that fails ends the edits in it and no other', async () => {
  const { clock, batcher, outcomes, submit, fail } = setUp({ batchMax: 1 });
  submit('one');
  submit('two');
  fail(new ServiceError('internal', 'broken'));
  const running = batcher.run();
  await clock.runUntil(clock.pause(11));
  fail(undefined);
  batcher.drain({ handOver: false });
  await clock.runUntil(running);
  assert.deepEqual(
    [...outcomes.values()].map(({ kind }) => kind),
    ['failed', 'done'],
  );
});

test('the waiting line is bounded, and so is memory', async () => {
  const { clock, batcher, batches, submit } = setUp({ waitingMax: 3, batchMax: 3, bytesMax: 100 });
  assert.equal(submit('huge', { bytes: 101 }).kind, 'refused');
  for (const id of ['a', 'b', 'c']) assert.equal(submit(id, { bytes: 50, stepsTotal: 1 }).kind, 'accepted');
  assert.deepEqual(submit('d'), { kind: 'refused', reason: 'full', retryAfterMs: 0 });
  batcher.drain({ handOver: false });
  await clock.runUntil(batcher.run());
  assert.deepEqual(batches, [['a', 'b'], ['c']]);
});

test('10,000 random schedules: every edit taken ends once, rightly, and nothing is over a limit (seed 6)', async () => {
  const action = fc.record({
    kind: fc.constantFrom('submit', 'submit', 'submit', 'cancel', 'wait'),
    at: fc.nat(9),
    ms: fc.nat(60),
    tokens: fc.integer({ min: 1, max: 400 }),
    steps: fc.integer({ min: 1, max: 6 }),
    bytes: fc.integer({ min: 0, max: 60 }),
    tenant: fc.constantFrom('a', 'b', 'c'),
    priority: fc.constantFrom('interactive', 'normal', 'batch'),
    deadline: fc.option(fc.integer({ min: 1, max: 300 })),
  });
  const settings = fc.record({
    batchMax: fc.integer({ min: 1, max: 4 }),
    waitingMax: fc.nat(6),
    bytesMax: fc.integer({ min: 30, max: 150 }),
    agingMs: fc.integer({ min: 1, max: 200 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(action, { maxLength: 12 }), settings, fc.boolean(), async (actions, limits, handOver) => {
      const { clock, batcher, batches, outcomes, events, ended, submit } = setUp(limits);
      const requests = new Map<
        string,
        { readonly steps: number; readonly deadlineMs: number; readonly bytes: number }
      >();
      const running = batcher.run();
      for (const [index, { kind, at, ms, tokens, steps, bytes, tenant, priority, deadline }] of actions.entries()) {
        if (kind === 'wait') await clock.runUntil(clock.pause(ms));
        else if (kind === 'cancel') batcher.cancel(`e${at}`);
        else {
          const deadlineMs = deadline === null ? Number.POSITIVE_INFINITY : clock.now() + deadline;
          const fields = { maskedTokens: tokens, stepsTotal: steps, bytes, tenant, priority };
          const { kind: answer } = submit(
            `e${index}`,
            Number.isFinite(deadlineMs) ? { ...fields, deadlineMs } : fields,
          );
          if (answer === 'accepted') requests.set(`e${index}`, { steps, deadlineMs, bytes });
        }
        batcher.checkIntegrity();
      }
      batcher.drain({ handOver });
      await clock.runUntil(running);
      assert.equal(outcomes.size, requests.size);
      for (const [id, { steps, deadlineMs }] of requests) {
        const stepped = events.get(id)?.filter(({ kind }) => kind === 'stepped').length ?? 0;
        const outcome = outcomes.get(id);
        assert.equal(stepped, batches.filter((batch) => batch.includes(id)).length);
        if (outcome?.kind === 'done') assert.equal(stepped, steps);
        if (outcome?.kind === 'left') assert.equal(outcome.stepsDone, stepped);
        if (outcome?.kind === 'expired') assert.ok((ended.get(id) ?? 0) > deadlineMs);
      }
      for (const batch of batches) {
        assert.ok(batch.length <= limits.batchMax && new Set(batch).size === batch.length);
        const bytes = batch.reduce((sum, id) => sum + (requests.get(id)?.bytes ?? 0), 0);
        assert.ok(bytes <= limits.bytesMax);
      }
    }),
    { numRuns: 10_000, seed: 6 },
  );
});

test('an edit waits for one of its variant that is on its way, and no longer than it is told to', async () => {
  const { clock, batcher, batches, events, submit } = setUp({ shareMs: 50 });
  const running = batcher.run();
  const coming = batcher.expect('portrait');
  submit('first', { variant: 'portrait', stepsTotal: 1 });
  submit('other', { variant: 'poster', stepsTotal: 1 });
  await clock.runUntil(clock.pause(30));
  submit('second', { variant: 'portrait', stepsTotal: 1 });
  coming[Symbol.dispose]();
  coming[Symbol.dispose]();
  await clock.runUntil(clock.pause(100));
  assert.deepEqual(batches, [['other'], ['first', 'second']]);
  using late = batcher.expect('portrait');
  submit('patient', { variant: 'portrait', stepsTotal: 1 });
  await clock.runUntil(clock.pause(100));
  assert.deepEqual(events.get('patient')?.[0], { kind: 'admitted', waitedMs: 50 });
  submit('leaving', { variant: 'portrait', stepsTotal: 1 });
  batcher.drain({ handOver: false });
  await clock.runUntil(running);
  assert.deepEqual(events.get('leaving')?.[0], { kind: 'admitted', waitedMs: 0 });
  late[Symbol.dispose]();
});
