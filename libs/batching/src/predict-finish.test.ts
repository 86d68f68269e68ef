import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { predictFinish, type StepTime, type TimedEdit } from './predict-finish.ts';

const stepTime: StepTime = (batch) => 10 + batch.reduce((sum, { maskedTokens }) => sum + maskedTokens, 0);

/** The same, step by step. */
function stepByStep(running: readonly TimedEdit[], waiting: readonly TimedEdit[], batchMax: number): readonly number[] {
  const edits = [...running, ...waiting].map((edit) => ({ ...edit, finish: 0 }));
  const batch = new Set(edits.slice(0, running.length));
  const line = edits.slice(running.length);
  for (let nowMs = 0; batch.size > 0 || line.length > 0; ) {
    while (batch.size < batchMax && line.length > 0) for (const edit of line.splice(0, 1)) batch.add(edit);
    nowMs += stepTime([...batch]);
    for (const edit of batch) {
      edit.stepsLeft--;
      if (edit.stepsLeft > 0) continue;
      edit.finish = nowMs;
      batch.delete(edit);
    }
  }
  return edits.map(({ finish }) => finish);
}

test('jumping from end to end predicts what going step by step gives', () => {
  const edits = (maxLength: number) =>
    fc.array(fc.record({ maskedTokens: fc.integer({ min: 1, max: 50 }), stepsLeft: fc.integer({ min: 1, max: 9 }) }), {
      maxLength,
    });
  fc.assert(
    fc.property(edits(4), edits(12), fc.integer({ min: 4, max: 6 }), (running, waiting, batchMax) => {
      assert.deepEqual(
        predictFinish({ running, waiting }, { batchMax, stepTime }),
        stepByStep(running, waiting, batchMax),
      );
    }),
    { seed: 3, numRuns: 1000 },
  );
});
