import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Fleet } from '../fleet/fleet.ts';
import { usualOutliers } from '../fleet/outliers.ts';
import { KubeApi } from '../kubernetes/kube-api.ts';
import { FakeApiServer } from '../kubernetes/testing-api-server.ts';
import { usualLimits } from '../picking/limits.ts';
import { policies } from '../picking/policies.ts';
import { load } from '../testing-load.ts';
import { ManualClock, until } from '../testing-workers.ts';
import { costsToSay, deletionCosts } from './deletion-costs.ts';
import { sayDeletionCosts } from './say-deletion-costs.ts';

const mib = 1024 ** 2;
const endpoints = [
  { address: 'a:1', pod: 'pod-a' },
  { address: 'b:1', pod: 'pod-b' },
  { address: 'c:1', pod: undefined },
];

/** Workers that hold so many MiB, half of it in memory. */
function fleetWith(held: Readonly<Record<string, number>>): Fleet {
  const fleet = new Fleet({
    name: 'b1',
    policy: policies['predicted-finish'],
    limits: usualLimits,
    outliers: usualOutliers,
    beatMs: 250,
    goneMs: 10_000,
    editsMax: 100,
  });
  for (const [stream, [worker, size]] of Object.entries(held).entries()) {
    const variants = size === 0 ? [] : [{ key: 'v', bytes: size * mib, memoryBytes: (size * mib) / 2 }];
    fleet.heard({ ...load({ worker }), hasVariants: true, variants }, { address: `${worker}:1`, stream }, 0);
  }
  return fleet;
}

test('a pod costs what it holds, what is in memory twice; who is no pod costs nothing', () => {
  const { snapshot } = fleetWith({ a: 100, b: 0, c: 50 });
  assert.deepEqual(
    [...deletionCosts(snapshot, endpoints)],
    [
      ['pod-a', 150],
      ['pod-b', 0],
    ],
  );
});

test('only what has changed by a tenth is said again, the largest change first', () => {
  const said = new Map([
    ['a', 100],
    ['b', 100],
    ['c', 100],
  ]);
  const costs = new Map([
    ['a', 109],
    ['b', 120],
    ['c', 200],
    ['d', 0],
    ['e', 1],
  ]);
  assert.deepEqual(costsToSay(costs, said, 10), [
    ['c', 200],
    ['b', 120],
    ['e', 1],
  ]);
  assert.equal(costsToSay(costs, said, 1).length, 1);
});

test('costs are written to pods once, and again when they have changed or could not be written', async () => {
  await using api = await FakeApiServer.start();
  const clock = new ManualClock();
  let fleet = fleetWith({ a: 100, b: 10 });
  const warnings: unknown[] = [];
  const log = { warn: (facts: unknown) => void warnings.push(facts) } as never;
  const pods = {
    api: new KubeApi({ url: api.url, namespace: 'edits', token: async () => undefined }),
    namespace: 'edits',
    endpoints: () => endpoints,
  };
  const stop = new AbortController();
  const saying = sayDeletionCosts({ pods, snapshot: () => fleet.snapshot, clock, log }, stop.signal);
  await until(() => api.patches.length === 2);
  assert.deepEqual(api.patches[0], [
    '/api/v1/namespaces/edits/pods/pod-a',
    { metadata: { annotations: { 'controller.kubernetes.io/pod-deletion-cost': '150' } } },
  ]);
  fleet = fleetWith({ a: 100, b: 80 });
  await until(() => {
    clock.pass(1000);
    return api.patches.length === 3;
  });
  await api.down();
  fleet = fleetWith({ a: 0, b: 80 });
  await until(() => {
    clock.pass(1000);
    return warnings.length > 0;
  });
  await api.up();
  await until(() => {
    clock.pass(1000);
    return api.patches.length === 4;
  });
  stop.abort();
  await saying;
});
