import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Fleet } from '../fleet/fleet.ts';
import { usualOutliers } from '../fleet/outliers.ts';
import { TenantShares } from '../fleet/tenant-shares.ts';
import { type LoadFacts, load, request } from '../testing-load.ts';
import { refusedBy } from './admission.ts';
import { usualLimits } from './limits.ts';
import { type PickOutcome, pick, type WorkerScore } from './pick.ts';
import type { PickRequest } from './pick-request.ts';
import { type PickPolicy, policies, policyNames, predictedFinish } from './policies.ts';

const nowMs = 1000;
const running = (maskedTokenSteps: number) => ({ edits: 1, model: { running: 1, maskedTokenSteps } });

function fleetOf(workers: Readonly<Record<string, LoadFacts>>, policy: PickPolicy = predictedFinish): Fleet {
  const fleet = new Fleet({
    name: 'b1',
    policy,
    limits: usualLimits,
    outliers: usualOutliers,
    beatMs: 250,
    goneMs: 10_000,
    editsMax: 1000,
  });
  for (const [place, [worker, facts]] of Object.entries(workers).entries()) {
    fleet.heard(load({ ...facts, worker }), { address: `${worker}:1`, stream: place }, nowMs);
  }
  return fleet;
}

interface Case {
  readonly name: string;
  readonly workers: Readonly<Record<string, LoadFacts>>;
  readonly request?: Partial<PickRequest>;
  /** The worker and when it will be done, or why nobody. */
  readonly want: readonly [string, number] | string;
}

const cases: readonly Case[] = [
  { name: 'the worker that holds the activations', workers: { a: {}, b: { held: { v1: 1 } } }, want: ['b', 20] },
  {
    name: 'a holder that has to wait longer than others take to fill is left for another one',
    workers: { a: {}, b: { held: { v1: 1 }, ...running(20_000) } },
    want: ['a', 50],
  },
  {
    name: 'a holder that has to wait less keeps the edit',
    workers: { a: {}, b: { held: { v1: 1 }, ...running(1000) } },
    want: ['b', 30],
  },
  {
    name: 'loads from disk are hidden by computing',
    workers: { a: { held: { v1: 0 } } },
    want: ['a', 20],
  },
  {
    name: 'a peer that holds the activations is cheaper than computing them',
    workers: { a: {}, b: { held: { v1: 1 }, isServing: false } },
    want: ['a', 50],
  },
  { name: 'what nobody holds is computed: 1 + m of dense', workers: { a: {} }, want: ['a', 120] },
  { name: 'a dense edit needs no activations', workers: { a: {} }, request: { isDense: true }, want: ['a', 110] },
  {
    name: 'an edit with few steps left waits for less of what others have to do',
    workers: { a: { held: { v1: 1 }, ...running(1000) } },
    request: { steps: 5 },
    want: ['a', 17.5],
  },
  {
    name: 'what the worker predicts counts beyond its blocks',
    workers: { a: { held: { v1: 1 }, model: { aroundMs: 40 } } },
    want: ['a', 60],
  },
  { name: 'no worker has the model', workers: { a: {} }, request: { model: 'other' }, want: 'unserved' },
  { name: 'the worker leaves', workers: { a: { isServing: false } }, want: 'unserved' },
  { name: 'all have failed it', workers: { a: {} }, request: { excluded: ['a'] }, want: 'unserved' },
  { name: 'all are full', workers: { a: { edits: 64 } }, want: 'full' },
  { name: 'nobody can do it in time', workers: { a: {} }, request: { deadlineMs: 100 }, want: 'late' },
  {
    name: 'one can do it in time',
    workers: { a: {}, b: { held: { v1: 1 } } },
    request: { deadlineMs: 40 },
    want: ['b', 20],
  },
  { name: 'warm is a must, and nobody is', workers: { a: {} }, request: { mustBeWarm: true }, want: 'cold' },
  {
    name: 'warm is a must, and a peer is',
    workers: { a: {}, b: { held: { v1: 1 }, isServing: false } },
    request: { mustBeWarm: true },
    want: ['a', 50],
  },
  {
    name: 'nobody waits for ever',
    workers: { a: { held: { v1: 1 }, ...running(4_000_000) } },
    want: 'wait',
  },
  {
    name: 'an edit waits where nobody is idle',
    workers: { a: { held: { v1: 1 }, ...running(60_000) } },
    want: ['a', 620],
  },
  {
    name: 'a worker that has not loaded the model costs what another one says, and the loading',
    workers: { a: { edits: 64, held: { v1: 1 } }, b: { model: { isLoaded: false, compute: null } } },
    want: ['b', 10_020],
  },
  {
    name: 'where nobody has fitted costs, the one with least to do',
    workers: { a: { model: { compute: null } } },
    want: ['a', 10],
  },
];

for (const { name, workers, request: fields, want } of cases) {
  test(`pick: ${name}`, () => {
    const outcome = fleetOf(workers).pick(request(fields), nowMs);
    if (outcome.kind === 'refused') return assert.equal(outcome.reason, want);
    const { view, prediction } = outcome;
    assert.deepEqual([view.worker, Math.round(prediction.finishMs * 10) / 10], want);
  });
}

test('scores say how every worker stood and why it was left out', () => {
  const fleet = fleetOf({ a: { isServing: false }, b: { held: { v1: 1 } }, c: {}, d: { models: [] } });
  const scores: WorkerScore[] = [];
  fleet.pick(request({ deadlineMs: 45 }), nowMs, (score) => void scores.push(score));
  assert.deepEqual(
    scores.map(({ view, prediction, leftOut }) => [view.worker, prediction?.tier, leftOut]),
    [
      ['a', undefined, 'leaving'],
      ['b', 'memory', undefined],
      ['c', 'peer', 'late'],
      ['d', undefined, 'model'],
    ],
  );
});

test('the first edits of a cold template go to one worker, whichever balancer is asked', () => {
  const workers = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`w${index}`, {}]));
  for (let template = 0; template < 50; template++) {
    const chosen = new Set<string>();
    for (let asked = 0; asked < 5; asked++) {
      const edit = request({ editId: `e${asked}`, affinity: `t${template}`, variants: [] });
      chosen.add(workerOf(fleetOf(workers).pick(edit, nowMs)));
    }
    assert.equal(chosen.size, 1);
  }
});

test('cold templates are spread over the workers', () => {
  const fleet = fleetOf(Object.fromEntries(Array.from({ length: 10 }, (_, index) => [`w${index}`, {}])));
  const chosen = Array.from({ length: 10 }, (_, template) =>
    workerOf(
      fleet.pick(request({ editId: `e${template}`, affinity: `t${template}`, variants: [`v${template}`] }), nowMs),
    ),
  );
  assert.equal(new Set(chosen).size, 10);
});

test('after a cold edit its worker counts as one that will hold the template', () => {
  const fleet = fleetOf({ a: {}, b: {} });
  const first = workerOf(fleet.pick(request({ editId: 'e1' }), nowMs));
  for (let index = 2; index < 5; index++) {
    assert.equal(workerOf(fleet.pick(request({ editId: `e${index}` }), nowMs)), first);
  }
});

test('balancers that know nothing of each other do not all take the same idle worker', () => {
  const workers = Object.fromEntries(Array.from({ length: 10 }, (_, index) => [`w${index}`, { held: { v1: 1 } }]));
  const chosen = Array.from({ length: 40 }, (_, index) =>
    workerOf(fleetOf(workers).pick(request({ editId: `e${index}` }), nowMs)),
  );
  assert(new Set(chosen).size >= 8, `only ${new Set(chosen).size} of 10 workers were chosen`);
});

test('a worker that is silent, or stands still, is not picked', () => {
  const silent = fleetOf({ a: {} });
  assert.equal(workerOf(silent.pick(request(), nowMs + 1500)), 'a');
  assert.equal(reasonOf(silent.pick(request({ editId: 'e2' }), nowMs + 1501)), 'unserved');

  const still = fleetOf({ a: running(1000) });
  for (const afterMs of [500, 1000, 1500, 2000]) {
    still.heard(load(running(1000)), { address: 'a:1', stream: 0 }, nowMs + afterMs);
  }
  assert.equal(reasonOf(still.pick(request(), nowMs + 2000)), 'unserved');
  still.heard(
    load({ edits: 1, model: { running: 1, maskedTokenSteps: 900, stepsRun: 2 } }),
    { address: 'a:1', stream: 0 },
    nowMs + 2100,
  );
  assert.equal(workerOf(still.pick(request(), nowMs + 2100)), 'a');
});

for (const name of policyNames) {
  test(`${name}: the same snapshot gives the same worker, and picking changes no snapshot`, () => {
    const fleet = fleetOf({ a: running(5000), b: {}, c: { held: { v1: 1 } }, d: running(100) }, policies[name]);
    const { snapshot } = fleet;
    const before = JSON.stringify(snapshot);
    const options = {
      nowMs,
      policy: policies[name],
      limits: usualLimits,
      standing: { used: 1, share: 1, usual: 1, usualShare: 1, asked: 1, askedShare: 1 },
      pressure: 0,
      hash: 1,
      othersShare: 0,
    };
    const [first, second] = [pick(snapshot, request(), options), pick(snapshot, request(), options)];
    assert.deepEqual(first, second);
    fleet.pick(request(), nowMs);
    assert.equal(JSON.stringify(snapshot), before);
  });
}

test('round robin takes one after the other, least requests the one with fewest edits, least tokens with fewest of those', () => {
  const workers = { a: { edits: 3, model: { running: 3, maskedTokenSteps: 10 } }, b: running(500), c: running(600) };
  const picks = (policy: PickPolicy) => {
    const fleet = fleetOf(workers, policy);
    return Array.from({ length: 4 }, (_, index) => workerOf(fleet.pick(request({ editId: `e${index}` }), nowMs))).join(
      '',
    );
  };
  assert.equal(picks(policies['round-robin']), 'abca');
  assert.match(picks(policies['least-requests']), /^(bc|cb){1}[bc]{2}$/);
  assert.equal(picks(policies['least-tokens']).slice(0, 3), 'abc');
});

test('a saturated fleet refuses the tenant that asks for more than others and has it, and batch edits first of all', () => {
  const fleet = fleetOf({ a: { held: { v1: 1 }, ...running(2000) } });
  const edit = (editId: string, fields: Partial<PickRequest>) => request({ editId, ...fields });
  // Of the same moment: whatever comes is taken, as nobody has waited yet.
  for (const editId of ['l1', 'l2', 'l3']) workerOf(fleet.pick(edit(editId, { tenant: 'large' }), nowMs));
  workerOf(fleet.pick(edit('s1', { tenant: 'small', maskedTokens: 10 }), nowMs));
  for (let at = 1; at <= 20; at++) {
    fleet.heard(
      load({ held: { v1: 1 }, edits: 1, model: { running: 1, maskedTokenSteps: 20_000, stepsRun: 1 + at } }),
      { address: 'a:1', stream: 0 },
      nowMs + 500 * at,
    );
    workerOf(fleet.pick(edit('s1', { tenant: 'small', maskedTokens: 10 }), nowMs + 500 * at));
    fleet.pick(edit(`more${at}`, { tenant: 'large' }), nowMs + 500 * at);
  }
  const laterMs = nowMs + 10_000;
  assert.equal(reasonOf(fleet.pick(edit('l4', { tenant: 'large' }), laterMs)), 'tenant');
  assert.equal(reasonOf(fleet.pick(edit('s2', { tenant: 'small', priority: 'batch' }), laterMs)), 'batch');
  workerOf(fleet.pick(edit('s3', { tenant: 'small' }), laterMs));
});

test('a tenant that asks for as much as others may have more than its share for a moment', () => {
  const shares = new TenantShares();
  for (let at = 0; at < 40; at++) {
    for (const tenant of ['a', 'b']) shares.ask(tenant, 100, 250 * at);
    shares.add('a', 100, 250 * at);
    if (at % 4 === 0) shares.add('b', 100, 250 * at);
    if (at >= 8) shares.remove('a', 100, 250 * at);
    if (at >= 8 && at % 4 === 0) shares.remove('b', 100, 250 * at);
  }
  const state = { priority: 'normal' as const, pressure: 5, queueMs: 500, computeMs: 100 };
  const standing = shares.standing('a', 10_000);
  assert.ok(standing.used > 1.5 * standing.share && standing.usual > 1.05 * standing.usualShare);
  assert.equal(refusedBy({ ...state, standing }, usualLimits), undefined);
  for (let more = 0; more < 400; more++) shares.ask('a', 100, 10_000);
  assert.equal(refusedBy({ ...state, standing: shares.standing('a', 10_000) }, usualLimits), 'tenant');
  // What was asked long ago counts no more.
  for (let at = 0; at < 40; at++) for (const tenant of ['a', 'b']) shares.ask(tenant, 100, 40_000 + 250 * at);
  assert.equal(refusedBy({ ...state, standing: shares.standing('a', 50_000) }, usualLimits), undefined);
});

function workerOf(outcome: PickOutcome): string {
  return outcome.kind === 'picked' ? outcome.view.worker : assert.fail(`refused: ${outcome.reason}`);
}

function reasonOf(outcome: PickOutcome): string {
  return outcome.kind === 'refused' ? outcome.reason : assert.fail(`picked ${outcome.view.worker}`);
}
