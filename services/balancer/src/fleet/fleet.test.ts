import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { usualLimits } from '../picking/limits.ts';
import { policies, policyNames } from '../picking/policies.ts';
import { load, request } from '../testing-load.ts';
import { Fleet } from './fleet.ts';
import { usualOutliers } from './outliers.ts';
import { tokenStepsOf } from './worker-view.ts';

const beatMs = 250;

function fleetWith(policy = policies['predicted-finish']): Fleet {
  return new Fleet({
    name: 'b1',
    policy,
    limits: usualLimits,
    outliers: usualOutliers,
    beatMs,
    goneMs: 10_000,
    editsMax: 100,
  });
}

const source = { address: 'a:1', stream: 1 };

function only(fleet: Fleet) {
  const [view] = fleet.snapshot.workers;
  return view ?? assert.fail('there is no worker');
}

test('an edit that was sent counts until its worker has counted it', () => {
  const fleet = fleetWith();
  fleet.heard(load({ held: { v1: 1 } }), source, 0);
  fleet.pick(request(), 0);
  assert.equal(only(fleet).edits, 1);
  assert.equal(tokenStepsOf(only(fleet)), 1000);
  // It is not there yet.
  fleet.heard(load(), source, beatMs - 1);
  assert.equal(only(fleet).edits, 1);
  assert.equal(only(fleet).backlog.computeMs, 10);
  // Now it is in the worker's count, and only there.
  fleet.heard(load({ edits: 1, model: { running: 1, maskedTokenSteps: 500, stepsRun: 6 } }), source, 2 * beatMs);
  assert.equal(only(fleet).edits, 1);
  assert.equal(tokenStepsOf(only(fleet)), 500);
});

test('the same edit counts on one worker, however often a worker is wanted for it', () => {
  const fleet = fleetWith();
  fleet.heard(load({ worker: 'a' }), source, 0);
  fleet.heard(load({ worker: 'b' }), { address: 'b:1', stream: 2 }, 0);
  for (let asked = 0; asked < 3; asked++) fleet.pick(request({ excluded: asked === 1 ? ['a'] : ['b'] }), asked);
  assert.deepEqual(
    fleet.snapshot.workers.map(({ worker, edits }) => [worker, edits]),
    [
      ['a', 1],
      ['b', 0],
    ],
  );
  assert.equal(fleet.sentCount, 1);
});

test('an edit that has ended counts no more', () => {
  const fleet = fleetWith();
  fleet.heard(load(), source, 0);
  fleet.pick(request(), 0);
  fleet.ended({ editId: 'e1', worker: 'a', ending: 'cancelled', tookMs: 1, predictedMs: 120 }, 1);
  assert.equal(only(fleet).edits, 0);
  assert.equal(only(fleet).backlog.computeMs, 0);
  assert.equal(fleet.sentCount, 0);
});

test('a worker that has refused an edit has more to do than was thought, until it says what', () => {
  const fleet = fleetWith();
  fleet.heard(load(), source, 0);
  fleet.pick(request(), 0);
  const { computeMs } = only(fleet).backlog;
  fleet.ended({ editId: 'e1', worker: 'a', ending: 'refused', tookMs: 1, predictedMs: 120 }, 0);
  assert.equal(only(fleet).edits, 0);
  assert.equal(only(fleet).backlog.computeMs, computeMs);
  fleet.heard(load(), source, 300);
  assert.equal(only(fleet).backlog.computeMs, 0);
});

test('what is to do is done while time passes, and what others sent is seen in the worker’s count', () => {
  const fleet = fleetWith();
  const others = load({ held: { v1: 1 }, edits: 2, model: { running: 2, maskedTokenSteps: 10_000 } });
  fleet.heard(others, source, 0);
  const waits = (nowMs: number) => {
    const outcome = fleet.pick(request({ editId: `e${nowMs}` }), nowMs);
    assert(outcome.kind === 'picked');
    fleet.ended({ editId: `e${nowMs}`, worker: 'a', ending: 'cancelled', tookMs: 0, predictedMs: 0 }, nowMs);
    return Math.round(outcome.prediction.queueMs);
  };
  assert.deepEqual([waits(0), waits(40), waits(100), waits(200)], [100, 60, 0, 0]);
});

test('what an edit fills is known to its end, though no count of the worker has it', () => {
  const fleet = fleetWith();
  fleet.heard(load({ held: {} }), source, 0);
  fleet.pick(request(), 0);
  const half = load({ edits: 1, model: { running: 1, maskedTokenSteps: 500, stepsRun: 6 } });
  fleet.heard(load({ edits: 1, model: { running: 1, maskedTokenSteps: 1000, stepsRun: 1 } }), source, beatMs);
  assert.equal(only(fleet).backlog.computeMs, 110);
  fleet.heard(half, source, 2 * beatMs);
  assert.equal(only(fleet).backlog.computeMs, 55);
});

test('steps that take five times as long as they should make a worker slow within ten of them', () => {
  const fleet = fleetWith();
  const long = request({ steps: 1000 });
  fleet.heard(load({ held: { v1: 1 }, edits: 0 }), source, 0);
  fleet.pick(long, 0);
  // A step should take 2 ms, and takes 10: messages come every two steps.
  let stepsRun = 1;
  const say = (nowMs: number) => {
    const model = { running: 1, maskedTokenSteps: 100_000, stepsRun, defaultSteps: 1000 };
    fleet.heard(load({ edits: 1, model }), source, nowMs);
  };
  for (let beat = 0; beat <= 6; beat++) {
    say(1000 + 20 * beat);
    stepsRun += 2;
  }
  assert(only(fleet).slowness > 4, `slowness ${only(fleet).slowness}`);
  for (let beat = 1; beat <= 20; beat++) {
    stepsRun += 10;
    say(1120 + 20 * beat);
  }
  assert.equal(only(fleet).slowness, 1);
});

test('a worker of the same name at a new address takes the place of the old one', () => {
  const fleet = fleetWith();
  fleet.heard(load(), { address: 'old:1', stream: 1 }, 0);
  fleet.heard(load(), { address: 'new:1', stream: 2 }, 10);
  fleet.heard(load({ edits: 9 }), { address: 'old:1', stream: 1 }, 20);
  fleet.lost({ address: 'old:1', stream: 1 });
  assert.deepEqual(
    fleet.snapshot.workers.map(({ address, edits }) => [address, edits]),
    [['new:1', 0]],
  );
  fleet.lost({ address: 'new:1', stream: 2 });
  assert.deepEqual(fleet.snapshot.workers, []);
});

test('a worker that says nothing is forgotten in the end', () => {
  const fleet = fleetWith();
  fleet.heard(load({ held: { v1: 1 } }), source, 0);
  fleet.tick(10_000);
  assert.equal(fleet.snapshot.workers.length, 1);
  fleet.tick(10_001);
  assert.equal(fleet.snapshot.workers.length, 0);
  // It went on where it was: what it holds it says only when that changes.
  fleet.heard(load(), source, 10_002);
  assert.equal(only(fleet).held.size, 1);
});

test('edits of which nobody tells any more are forgotten, and too many are not remembered', () => {
  const fleet = fleetWith();
  fleet.heard(load({ editsMax: 0 }), source, 0);
  for (let index = 0; index < 150; index++) fleet.pick(request({ editId: `e${index}` }), 0);
  assert.equal(fleet.sentCount, 100);
  fleet.checkIntegrity();
  fleet.tick(1_000_000);
  assert.equal(fleet.sentCount, 0);
});

const seed = 7;
for (const name of policyNames) {
  test(`${name}: whatever happens, an edit counts once and nothing runs away (seed ${seed})`, () => {
    const worker = fc.integer({ min: 0, max: 5 });
    const edit = fc.integer({ min: 0, max: 30 });
    const event = fc.oneof(
      fc.record({ kind: fc.constant('heard' as const), worker, edits: edit, steps: edit, serves: fc.boolean() }),
      fc.record({ kind: fc.constant('pick' as const), edit, variant: worker, dense: fc.boolean(), deadline: edit }),
      fc.record({ kind: fc.constant('ended' as const), edit, worker, how: fc.integer({ min: 0, max: 3 }) }),
      fc.record({ kind: fc.constant('lost' as const), worker }),
    );
    const endings = ['done', 'refused', 'failed', 'cancelled'] as const;
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 2000 }), event), { maxLength: 80 }), (events) => {
        const fleet = fleetWith(policies[name]);
        let nowMs = 0;
        for (const [laterMs, happened] of events) {
          nowMs += laterMs;
          const { workers } = fleet.snapshot;
          if (happened.kind === 'heard') {
            const { edits, steps, serves } = happened;
            const model = { running: edits, maskedTokenSteps: edits * 500, stepsRun: steps };
            const said = load({ worker: `w${happened.worker}`, edits, isServing: serves, model, held: { v1: 1 } });
            fleet.heard(said, { address: `w${happened.worker}:1`, stream: happened.worker }, nowMs);
          } else if (happened.kind === 'pick') {
            const outcome = fleet.pick(
              request({
                editId: `e${happened.edit}`,
                tenant: `t${happened.edit % 3}`,
                variants: [`v${happened.variant}`],
                isDense: happened.dense,
                deadlineMs: happened.deadline === 0 ? Number.POSITIVE_INFINITY : happened.deadline * 20,
              }),
              nowMs,
            );
            if (outcome.kind === 'picked') {
              const { view, prediction } = outcome;
              assert(workers.includes(view) && view.isServing && nowMs - view.heardMs <= usualLimits.silentMs);
              assert(happened.deadline === 0 || prediction.finishMs <= happened.deadline * 20);
              assert(prediction.finishMs >= prediction.computeMs && prediction.queueMs >= 0 && prediction.getMs >= 0);
            } else assert(outcome.retryAfterMs > 0);
          } else if (happened.kind === 'ended') {
            const ending = endings[happened.how] ?? 'done';
            const end = { editId: `e${happened.edit}`, worker: `w${happened.worker}`, ending };
            const reason = fleet.ended({ ...end, tookMs: 500, predictedMs: 100 }, nowMs);
            const out = fleet.snapshot.workers.filter(({ ejectedUntilMs }) => ejectedUntilMs > nowMs).length;
            if (reason !== undefined) assert(2 * out <= fleet.snapshot.workers.length);
          } else fleet.lost({ address: '', stream: happened.worker });
          fleet.tick(nowMs);
          fleet.checkIntegrity();
        }
      }),
      { seed, numRuns: 150 },
    );
  });
}
