import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseConfig } from '@instgenie/config';
import { type balancer, balancerServiceDefinition, connect } from '@instgenie/rpc';
import { balancerConfig } from './config.ts';
import { type ServedBalancer, serveBalancer } from './serve-balancer.ts';
import { load, masked, steps, tokens } from './testing-load.ts';
import { FakeWorker, ManualClock, until } from './testing-workers.ts';

const patient = () => ({ deadlineMs: 30_000, signal: new AbortController().signal });

const wanted = {
  gateway: 'g1',
  editId: 'e1',
  tenant: 'acme',
  model: 'fill',
  maskedTokens: masked,
  tokens,
  steps,
  variants: ['v1'],
  affinity: 't1',
} satisfies balancer.PickRequest;

interface SetUp extends AsyncDisposable {
  readonly clock: ManualClock;
  readonly served: ServedBalancer;
  readonly client: ReturnType<typeof clientOf>;
  readonly states: () => Promise<string>;
}

function clientOf(port: number) {
  return connect(`127.0.0.1:${port}`, balancerServiceDefinition());
}

/** A served balancer that has heard of all of the workers. */
async function setUp(workers: readonly FakeWorker[]): Promise<SetUp> {
  const clock = new ManualClock();
  const config = parseConfig(balancerConfig, {
    text: JSON.stringify({
      listen: '127.0.0.1:0',
      ops: '127.0.0.1:0',
      log: 'silent',
      workers: workers.map(({ address }) => address),
    }),
  });
  await using cleanup = new AsyncDisposableStack();
  const served = cleanup.use(await serveBalancer(config, { clock }));
  const client = cleanup.use(clientOf(served.rpc.port));
  await until(() => served.core.snapshot.workers.length === workers.length);
  const rest = cleanup.move();
  return {
    clock,
    served,
    client,
    states: async () => await (await fetch(`http://127.0.0.1:${served.ops.port}/metrics`)).text(),
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  };
}

test('an edit goes to the worker that holds its activations, with scores for who asks', async () => {
  await using a = await FakeWorker.start(load({ worker: 'a' }));
  await using b = await FakeWorker.start(load({ worker: 'b', held: { v1: 1 } }));
  await using balancer = await setUp([a, b]);
  const picked = await balancer.client.unary('Pick', { ...wanted, explain: true }, patient());
  assert.equal(picked.worker, 'b');
  assert.equal(picked.address, b.address);
  assert.equal(picked.predictedMs, 20);
  assert.deepEqual(
    new Map(picked.scores.map(({ worker, tier, leftOut }) => [worker, `${tier} ${leftOut}`])),
    new Map([
      ['a', 'peer '],
      ['b', 'memory '],
    ]),
  );
  assert.match(await balancer.states(), /instgenie_picks_total\{outcome="picked"\} 1/);
});

test('who only asks is told how all stand, and is counted nowhere', async () => {
  await using a = await FakeWorker.start(load({ worker: 'a' }));
  await using b = await FakeWorker.start(load({ worker: 'b', held: { v1: 1 }, isServing: false, isCordoned: true }));
  await using balancer = await setUp([a, b]);
  const ask = (fields: balancer.PickRequest = {}) =>
    balancer.client.unary('Pick', { ...wanted, dryRun: true, ...fields }, patient());
  for (let turn = 0; turn < 3; turn++) {
    const asked = await ask();
    assert.deepEqual([asked.worker, asked.refused], ['a', '']);
    assert.deepEqual(new Map(asked.scores.map(({ worker, leftOut }) => [worker, leftOut])).get('b'), 'cordoned');
  }
  const refused = await ask({ excluded: ['a'] });
  assert.deepEqual([refused.worker, refused.refused, refused.scores.length], ['', 'unserved', 2]);
  assert.equal(balancer.served.core.snapshot.workers.find(({ worker }) => worker === 'a')?.edits, 0);
  assert.doesNotMatch(await balancer.states(), /instgenie_picks_total\{outcome="picked"\}/);
});

test('who cannot be served is told why, and when to try again', async () => {
  await using a = await FakeWorker.start(load({ worker: 'a' }));
  await using balancer = await setUp([a]);
  const pick = (fields: balancer.PickRequest) => balancer.client.unary('Pick', { ...wanted, ...fields }, patient());
  await assert.rejects(pick({ deadlineMs: 50 }), { code: 'overloaded', field: 'deadline_ms', retryAfterMs: 100 });
  await assert.rejects(pick({ model: 'other' }), { code: 'unavailable', field: 'model', retryAfterMs: 100 });
  await assert.rejects(pick({ excluded: ['a'] }), { code: 'unavailable' });
  await assert.rejects(pick({ mustBeWarm: true }), { code: 'not-found' });
  await assert.rejects(pick({ maskedTokens: 0 }), { code: 'invalid', field: 'masked_tokens' });
  await assert.rejects(pick({ editId: '' }), { code: 'invalid', field: 'edit_id' });
});

test('a worker whose stream ends is picked no more until it is heard again, also with another address', async () => {
  await using a = await FakeWorker.start(load({ worker: 'a', held: { v1: 1 } }));
  await using b = await FakeWorker.start(load({ worker: 'b' }));
  await using balancer = await setUp([a, b]);
  const picked = async () => (await balancer.client.unary('Pick', wanted, patient())).worker;
  assert.equal(await picked(), 'a');
  const { port } = a;
  await a[Symbol.asyncDispose]();
  await until(() => balancer.served.core.snapshot.workers.length === 1);
  assert.equal(await picked(), 'b');
  await using again = await FakeWorker.start(load({ worker: 'a', held: { v1: 1 } }), port);
  await until(() => {
    balancer.clock.pass(100);
    b.say(load({ worker: 'b' }));
    return balancer.served.core.snapshot.workers.length === 2;
  });
  assert.equal(await picked(), 'a');
  assert.equal(again.port, port);
});

test('a worker that fails five edits is left out for five seconds', async () => {
  await using a = await FakeWorker.start(load({ worker: 'a', held: { v1: 1 } }));
  await using b = await FakeWorker.start(load({ worker: 'b' }));
  await using balancer = await setUp([a, b]);
  const picked = async () => (await balancer.client.unary('Pick', wanted, patient())).worker;
  const failed = { editId: 'e', worker: 'a', ending: 'ENDING_FAILED' as const, tookMs: 5, predictedMs: 20 };
  await balancer.client.unary('Report', { gateway: 'g1', ended: Array.from({ length: 5 }, () => failed) }, patient());
  assert.equal(await picked(), 'b');
  const states = await balancer.states();
  assert.match(states, /instgenie_ejections_total\{reason="failures"\} 1/);
  assert.match(states, /instgenie_workers\{state="ejected"\} 1/);
  balancer.clock.pass(5000);
  for (const [fake, worker] of [
    [a, 'a'],
    [b, 'b'],
  ] as const)
    fake.say(load({ worker }));
  await until(() => balancer.served.core.snapshot.workers.every(({ heardMs }) => heardMs === 5000));
  assert.equal(await picked(), 'a');
  await assert.rejects(
    balancer.client.unary('Report', { ended: Array.from({ length: 1001 }, () => failed) }, patient()),
    { code: 'invalid', field: 'ended' },
  );
});

test('a worker that says nothing is suspect, and gone in the end', async () => {
  await using a = await FakeWorker.start(load({ worker: 'a' }));
  await using balancer = await setUp([a]);
  balancer.clock.pass(1501);
  await assert.rejects(balancer.client.unary('Pick', wanted, patient()), { code: 'unavailable' });
  assert.match(await balancer.states(), /instgenie_workers\{state="suspect"\} 1/);
  balancer.clock.pass(10_000);
  assert.equal(balancer.served.core.snapshot.workers.length, 0);
  a.say(load({ worker: 'a' }));
  await until(() => balancer.served.core.snapshot.workers.length === 1);
  assert.equal((await balancer.client.unary('Pick', wanted, patient())).worker, 'a');
});

test('gateways hear of the fleet at once, and of changes at most every beat', async () => {
  await using a = await FakeWorker.start(load({ worker: 'a', held: { v1: 1, v2: 0 } }));
  await using balancer = await setUp([a]);
  const heard: balancer.WatchFleetResponse__Output[] = [];
  const stop = new AbortController();
  const reading = (async () => {
    for await (const fleet of balancer.client.stream('WatchFleet', {}, { ...patient(), signal: stop.signal })) {
      heard.push(fleet);
    }
  })();
  reading.catch(() => undefined);
  await until(() => heard.length === 1);
  const [worker] = heard[0]?.workers ?? [];
  assert.equal(worker?.address, a.address);
  assert.equal(worker?.variants, 2);
  assert.deepEqual(
    worker?.models.map(({ name, side, defaultSteps, defaultGuidance, fingerprint }) => ({
      name,
      side,
      defaultSteps,
      defaultGuidance,
      fingerprint,
    })),
    [{ name: 'fill', side: 512, defaultSteps: 10, defaultGuidance: 3.5, fingerprint: 'f' }],
  );
  a.say(load({ worker: 'a', edits: 3 }));
  await until(() => balancer.served.core.snapshot.workers[0]?.edits === 3);
  assert.equal(heard.length, 1);
  await until(() => {
    balancer.clock.pass(1);
    return heard.length === 2;
  });
  assert.equal(heard[1]?.workers[0]?.edits, 3);
  stop.abort();
  await assert.rejects(reading, { code: 'cancelled' });
});

test('a balancer that is told to stop says so before it goes', async () => {
  await using a = await FakeWorker.start(load({ worker: 'a' }));
  await using balancer = await setUp([a]);
  const ready = async () => (await fetch(`http://127.0.0.1:${balancer.served.ops.port}/readyz`)).status;
  assert.equal(await ready(), 200);
  await balancer.served.stop();
  assert.equal(await ready(), 503);
});
