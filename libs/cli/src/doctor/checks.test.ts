import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RedisFacts } from '@instgenie/index';
import type { FleetWorker } from '../deployment/fleet.ts';
import { fleetWorker } from '../deployment/testing.ts';
import type { Check } from './check.ts';
import { checkClock, skewMs } from './clock-check.ts';
import { checkFleet } from './fleet-checks.ts';
import { checkNode, checkProviders, checkSpace, checkSpeed } from './machine-checks.ts';
import { checkRedis } from './redis-checks.ts';

const redis: RedisFacts = {
  version: '8.0.5',
  pingMs: 0.3,
  timeMs: 0,
  fullPolicy: 'noeviction',
  memoryBytesMax: 1e9,
  memoryBytes: 1e6,
  isAppendOnly: true,
  role: 'master',
};
const runtime = { version: '1.30.0', providers: ['cpu'], hasGpuDriver: false } as const;
const disk = { isDirect: true, writeBytesPerMs: 1e6, readBytesPerMs: 2e6 };
const clock = { askedMs: 10_000, answeredMs: 10_040, timeMs: 10_020, resolutionMs: 0 };
const workers = (...all: readonly ReturnType<typeof fleetWorker>[]) => all as readonly FleetWorker[];
const other = fleetWorker('b', { models: [{ name: 'fill', fingerprint: 'two' }] });
const unloaded = fleetWorker('a', { models: [{ name: 'fill', fingerprint: '' }] });

const rows: readonly { readonly name: string; readonly checks: readonly Check[]; readonly want: string }[] = [
  { name: 'a machine as it should be', checks: [checkNode('v24.1.0'), checkProviders(runtime)], want: 'ok ok' },
  { name: 'an old Node', checks: [checkNode('v22.9.0')], want: 'fail' },
  { name: 'a GPU that nothing uses', checks: [checkProviders({ ...runtime, hasGpuDriver: true })], want: 'warn' },
  {
    name: 'a full disk',
    checks: [checkSpace('/x', 5e8), checkSpace('/x', 5e9), checkSpace('/x', 5e10)],
    want: 'fail warn ok',
  },
  {
    name: 'a slow disk, and one without direct reads',
    checks: [disk, { ...disk, readBytesPerMs: 2e5 }, { ...disk, isDirect: false }].map(checkSpeed),
    want: 'ok warn warn',
  },
  { name: 'a Redis as it should be', checks: checkRedis(redis), want: 'ok ok ok' },
  { name: 'one that evicts', checks: checkRedis({ ...redis, fullPolicy: 'allkeys-lru' }), want: 'ok fail ok' },
  { name: 'one that is full', checks: checkRedis({ ...redis, memoryBytes: 9.9e8 }), want: 'ok fail ok' },
  { name: 'one that forgets', checks: checkRedis({ ...redis, isAppendOnly: false }), want: 'ok ok warn' },
  { name: 'one that is old', checks: checkRedis({ ...redis, version: '6.0.9' }), want: 'fail ok ok' },
  { name: 'one that follows another', checks: checkRedis({ ...redis, role: 'slave' }), want: 'fail ok ok' },
  { name: 'one that is far away', checks: checkRedis({ ...redis, pingMs: 45 }), want: 'warn ok ok' },
  {
    name: 'clocks that agree, differ, and differ much',
    checks: [0, 900, -900, 60_000, -60_000].map((by) => checkClock('x', { ...clock, timeMs: clock.timeMs + by })),
    want: 'ok warn warn fail fail',
  },
  { name: 'nobody serves', checks: checkFleet([]), want: 'fail' },
  {
    name: 'all serve, with one engine',
    checks: checkFleet(workers(fleetWorker('a'), fleetWorker('b'))),
    want: 'ok ok',
  },
  { name: 'two engines', checks: checkFleet(workers(fleetWorker('a'), other)), want: 'ok warn' },
  { name: 'a model that nobody has loaded', checks: checkFleet(workers(unloaded)), want: 'ok warn' },
  {
    name: 'one that is cordoned, and nobody else',
    checks: [
      ...checkFleet(workers(fleetWorker('a'), fleetWorker('b', { isServing: false, isCordoned: true }))),
      ...checkFleet(workers(fleetWorker('b', { isServing: false, isCordoned: true }))),
    ],
    want: 'warn ok fail ok',
  },
];

for (const { name, checks, want } of rows) {
  test(`${name}: ${want}`, () => {
    assert.equal(checks.map(({ state }) => state).join(' '), want);
    for (const { state, fix } of checks)
      assert.equal(fix !== undefined, state !== 'ok', 'who complains says what to do');
  });
}

test('a clock of whole seconds is believed as far as it goes', () => {
  const of = (timeMs: number) => skewMs({ askedMs: 10_400, answeredMs: 10_500, timeMs, resolutionMs: 1000 });
  assert.deepEqual([10_000, 9000, 8000, 11_000].map(of), [0, -400, -1400, 500]);
});
