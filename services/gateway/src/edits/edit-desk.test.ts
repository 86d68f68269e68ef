import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ServiceError } from '@instgenie/domain';
import { type EditResponse, RetryError } from '@instgenie/rpc';
import type { EditNews } from './editing.ts';
import { noGuards } from './guards.ts';
import { caller, checkpoint, FakeWorker, openDesk, order, result, stepped } from './testing.ts';

const { signal } = new AbortController();
const call = { caller, signal, traceparent: undefined };

/** Ends when whoever called has gone. */
function gone(of: AbortSignal): Promise<void> {
  return new Promise((resolve) => of.addEventListener('abort', () => resolve(), { once: true }));
}

/** Says no before anything else. */
async function* failing(error: ServiceError): AsyncGenerator<EditResponse, void> {
  yield await Promise.reject(error);
}

/** Breaks the connection, as a process does that dies. */
function die(): never {
  throw new ServiceError('internal', 'dead');
}

test('an edit is told of from its acceptance to its picture, and its variant is remembered', async () => {
  await using worker = await FakeWorker.start(async function* () {
    yield { event: 'queued', queued: { position: 2, predictedMs: 50 } };
    yield stepped(1);
    yield { event: 'preview', preview: { done: 1, picture: Buffer.from('p') } };
    yield result('done');
  });
  const { desk, fleet, used, ends } = openDesk({ w1: worker });
  const news = await Array.fromAsync(desk.watch(order({ previews: 1 }), call));
  assert.equal(news[0]?.kind, 'accepted');
  assert.deepEqual(
    new Set(news.map(({ kind }) => kind)),
    new Set(['accepted', 'queued', 'stepped', 'preview', 'picture']),
  );
  const last = news.at(-1);
  assert.ok(last?.kind === 'picture');
  assert.deepEqual(
    [Buffer.from(last.picture.image).toString(), last.picture.worker, last.picture.cache],
    ['done', 'w1', 'hit'],
  );
  assert.equal(used.length, 1);
  assert.deepEqual(
    fleet.endings.map(({ ending }) => ending),
    ['done'],
  );
  assert.equal(ends.length, 1);
  assert.equal(desk.count, 0);
});

test('several results have seeds that follow each other, and come in their order', async () => {
  await using worker = await FakeWorker.start(async function* ({ seed }) {
    yield result(`seed ${seed}`);
  });
  const { desk } = openDesk({ w1: worker });
  const { pictures } = await desk.run(order({ count: 3 }), call);
  assert.deepEqual(
    pictures.map(({ image }) => Buffer.from(image).toString()),
    ['seed 7', 'seed 8', 'seed 9'],
  );
});

test('a hundred calls of one request id are one execution, and so is one more after it', async () => {
  const begin = Promise.withResolvers<void>();
  await using worker = await FakeWorker.start(async function* () {
    await begin.promise;
    yield result('once');
  });
  const { desk } = openDesk({ w1: worker });
  const runs = Array.from({ length: 100 }, () => desk.run(order(), call));
  begin.resolve();
  const answers = await Promise.all(runs);
  answers.push(await desk.run(order(), call));
  assert.equal(worker.requests.length, 1);
  for (const answer of answers) assert.deepEqual(answer, answers[0]);
});

test('without a seed one is made from the request id: a call that is made again gives the same request', async () => {
  await using worker = await FakeWorker.start(async function* ({ seed }) {
    yield result(`${seed}`);
  });
  const runs = [openDesk({ w1: worker }), openDesk({ w1: worker })].map(({ desk }) =>
    desk.run(order({ seed: undefined }), call),
  );
  const [one, other] = await Promise.all(runs);
  assert.equal(one?.pictures[0]?.seed, other?.pictures[0]?.seed);
  assert.deepEqual(worker.requests[0], worker.requests[1]);
});

test('another edit under the same request id is a conflict, while it runs and after; another tenant has its own names', async () => {
  const begin = Promise.withResolvers<void>();
  await using worker = await FakeWorker.start(async function* ({ tenant }) {
    await begin.promise;
    yield result(tenant);
  });
  const { desk } = openDesk({ w1: worker });
  const first = desk.run(order(), call);
  const conflict = { code: 'conflict', field: 'request_id' };
  await assert.rejects(desk.run(order({ prompt: 'a blue fox' }), call), conflict);
  const other = desk.run(order({ prompt: 'a blue fox' }), { ...call, caller: { ...caller, tenant: 'other' } });
  begin.resolve();
  assert.equal(Buffer.from((await other).pictures[0]?.image ?? []).toString(), 'other');
  await first;
  await assert.rejects(desk.run(order({ prompt: 'a blue fox' }), call), conflict);
});

test('when a worker is lost the edit goes on elsewhere from its last checkpoint', async () => {
  await using lost = await FakeWorker.start(async function* () {
    yield stepped(1);
    yield checkpoint(1);
    yield stepped(2);
    die();
  });
  await using other = await FakeWorker.start(async function* ({ resume }) {
    yield result(`from ${resume?.stepsDone}`);
  });
  const { desk, fleet } = openDesk({ w1: lost, w2: other });
  const news = await Array.fromAsync(desk.watch(order(), call));
  assert.deepEqual(
    news.find(({ kind }) => kind === 'moved'),
    { kind: 'moved', index: 0, keptSteps: 1 },
  );
  const last = news.at(-1) as Extract<EditNews, { kind: 'picture' }>;
  assert.equal(Buffer.from(last.picture.image).toString(), 'from 1');
  assert.deepEqual([last.picture.worker, last.picture.moves], ['w2', 1]);
  assert.deepEqual(
    fleet.endings.map(({ worker, ending }) => [worker, ending]),
    [
      ['w1', 'failed'],
      ['w2', 'done'],
    ],
  );
  assert.deepEqual(
    fleet.picks.map(({ steps, excluded }) => [steps, excluded.length]),
    [
      [4, 0],
      [3, 1],
    ],
  );
});

test('a worker that is silent is lost', async () => {
  await using silent = await FakeWorker.start(async function* (_, of) {
    yield stepped(1);
    await gone(of);
  });
  await using other = await FakeWorker.start(async function* () {
    yield result('done');
  });
  const { desk } = openDesk({ w1: silent, w2: other }, { silentMs: 100 });
  assert.equal((await desk.run(order(), call)).pictures[0]?.worker, 'w2');
});

test('refusals send an edit on, and cost no retry; when all refuse it hears when to come back', async () => {
  const refusing = () =>
    FakeWorker.start(() => failing(new RetryError('overloaded', 'full', { field: 'edits', retryAfterMs: 700 })));
  await using full = await refusing();
  await using leaving = await FakeWorker.start(() =>
    failing(new RetryError('unavailable', 'leaving', { retryAfterMs: 0 })),
  );
  await using free = await FakeWorker.start(async function* () {
    yield result('done');
  });
  const { desk } = openDesk({ w1: full, w2: leaving, w3: free });
  assert.equal((await desk.run(order(), call)).pictures[0]?.worker, 'w3');
  const alone = openDesk({ w1: full });
  await assert.rejects(alone.desk.run(order(), call), { code: 'overloaded', retryAfterMs: 700 });
});

test('an edit that ends two workers at the same place is not tried again', async () => {
  const dying = () =>
    FakeWorker.start(async function* () {
      yield stepped(1);
      die();
    });
  await using one = await dying();
  await using two = await dying();
  await using three = await dying();
  const { desk } = openDesk({ w1: one, w2: two, w3: three });
  await assert.rejects(desk.run(order(), call), { code: 'conflict', message: /POISON_REQUEST/ });
  assert.equal(three.requests.length, 0);
});

test('a wrong edit fails as the worker says, once', async () => {
  await using worker = await FakeWorker.start(() =>
    failing(new ServiceError('invalid', 'mask: too small', { field: 'mask' })),
  );
  await using other = await FakeWorker.start(async function* () {
    yield result('done');
  });
  const { desk } = openDesk({ w1: worker, w2: other });
  await assert.rejects(desk.run(order(), call), { code: 'invalid', field: 'mask' });
  assert.equal(other.requests.length, 0);
});

for (const { name, end, code } of [
  {
    name: 'cancelled',
    end: (desk: ReturnType<typeof openDesk>['desk']) => desk.cancel('r1', caller),
    code: 'cancelled',
  },
  {
    name: 'ended with its gateway',
    end: (desk: ReturnType<typeof openDesk>['desk']) => desk.endAll(),
    code: 'unavailable',
  },
]) {
  test(`an edit that is ${name} ends on its worker too`, async () => {
    const ended = Promise.withResolvers<void>();
    const began = Promise.withResolvers<void>();
    await using worker = await FakeWorker.start(async function* (_, of) {
      yield stepped(1);
      began.resolve();
      await gone(of);
      ended.resolve();
    });
    const { desk } = openDesk({ w1: worker });
    const run = desk.run(order(), call);
    run.catch(() => undefined);
    await began.promise;
    end(desk);
    await assert.rejects(run, { code });
    await ended.promise;
    await desk.empty();
    assert.throws(() => desk.cancel('r1', caller), { code: 'not-found' });
  });
}

test('an edit that is not done by its deadline says so, and ends on its worker', async () => {
  const ended = Promise.withResolvers<void>();
  await using worker = await FakeWorker.start(async function* (_, of) {
    yield stepped(1);
    await gone(of);
    ended.resolve();
  });
  const { desk } = openDesk({ w1: worker });
  await assert.rejects(desk.run(order({ deadlineMs: 150 }), call), { code: 'deadline' });
  await ended.promise;
});

test('whoever loses the stream joins the edit again', async () => {
  const go = Promise.withResolvers<void>();
  await using worker = await FakeWorker.start(async function* () {
    yield stepped(1);
    await go.promise;
    yield result('done');
  });
  const { desk } = openDesk({ w1: worker });
  for await (const { kind } of desk.watch(order(), call)) if (kind === 'stepped') break;
  const again = desk.run(order(), call);
  go.resolve();
  assert.equal((await again).pictures.length, 1);
  assert.equal(worker.requests.length, 1);
});

test('an edit that nobody waits for ends after a while, and its worker is told', async () => {
  const ended = Promise.withResolvers<void>();
  await using worker = await FakeWorker.start(async function* (_, of) {
    yield stepped(1);
    await gone(of);
    ended.resolve();
  });
  const { desk } = openDesk({ w1: worker }, { orphanMs: 20 });
  for await (const { kind } of desk.watch(order(), call)) if (kind === 'stepped') break;
  await ended.promise;
  assert.equal(await worker.cancelled, worker.requests[0]?.editId);
  await desk.empty();
});

test('what guards refuse is not computed, and gives back its quota', async () => {
  await using worker = await FakeWorker.start(async function* () {
    yield result('done');
  });
  const refunds: number[] = [];
  const { desk } = openDesk(
    { w1: worker },
    {
      guards: {
        ...noGuards,
        admit: () => ({ refund: (count) => refunds.push(count), [Symbol.dispose]: () => undefined }),
        before: async ({ order: { prompt } }) => {
          if (prompt === 'no') throw new ServiceError('forbidden', 'prompt: refused', { field: 'prompt' });
        },
      },
    },
  );
  await assert.rejects(desk.run(order({ prompt: 'no' }), call), { code: 'forbidden' });
  assert.equal(worker.requests.length, 0);
  await desk.run(order({ requestId: 'r2' }), call);
  assert.deepEqual(refunds, [12, 0]);
});

test('a gateway takes no more edits at once than it is allowed', async () => {
  const go = Promise.withResolvers<void>();
  await using worker = await FakeWorker.start(async function* () {
    await go.promise;
    yield result('done');
  });
  const { desk } = openDesk({ w1: worker }, { atOnceMax: 1 });
  const first = desk.run(order(), call);
  await assert.rejects(desk.run(order({ requestId: 'r2' }), call), { code: 'overloaded', field: 'edits' });
  go.resolve();
  await first;
});

test('a share of the templates runs on another version, and the answer says so; an alias is the model it names', async () => {
  await using worker = await FakeWorker.start(async function* () {
    yield result('done');
  });
  const names = { aliases: { '*': 'tiny' }, canaries: [{ model: 'tiny', to: 'tiny-v2', share: 1 }] };
  const versions = [{ name: 'tiny-v2', side: 64, defaultSteps: 2, defaultGuidance: 0, workers: 1 }];
  const { desk, fleet, used } = openDesk({ w1: worker }, { names, versions });
  const { facts } = await desk.run(order(), call);
  assert.deepEqual([facts.model, facts.steps], ['tiny-v2', 2]);
  assert.deepEqual([fleet.picks[0]?.model, worker.requests[0]?.template?.model], ['tiny-v2', 'tiny-v2']);
  const plain = openDesk({ w1: worker }, { names: { ...names, canaries: [] }, versions });
  const inline = { kind: 'inline', bytes: new Uint8Array(10) } as const;
  const second = await plain.desk.run(order({ source: inline, model: 'gpt-image-1' }), call);
  assert.equal(second.facts.model, 'tiny');
  const [ours, theirs] = [used[0], plain.used[0]] as readonly { readonly route: string }[];
  assert.notEqual(ours?.route, theirs?.route, 'versions have routes of their own');
});
