import assert from 'node:assert/strict';
import { availableParallelism } from 'node:os';
import { test } from 'node:test';
import { allowedProcessors, helperAffinity, numbersOf } from './helper-affinity.ts';

const rows = [
  { name: 'two threads of two processors: the helper stays on the second', threads: 2, list: '0-1', want: '2' },
  { name: 'four threads of four', threads: 4, list: '0-3', want: '2;3;4' },
  { name: 'a set that an orchestrator chose', threads: 3, list: '5,9,12-12', want: '10;13' },
  { name: 'one thread has no helper', threads: 1, list: '0', want: undefined },
  { name: 'fewer threads than processors: others share them', threads: 2, list: '0-63', want: undefined },
  { name: 'more threads than processors', threads: 4, list: '0-1', want: undefined },
];

for (const { name, threads, list, want } of rows) {
  test(name, () => assert.equal(helperAffinity(threads, numbersOf(list)), want));
}

test('a system that does not say which processors there are leaves helpers alone', () => {
  assert.equal(helperAffinity(2, []), undefined);
});

test('this process may run on at least as many processors as it counts', async () => {
  const allowed = await allowedProcessors();
  assert.ok(allowed.length >= availableParallelism());
  assert.deepEqual(
    allowed,
    [...new Set(allowed)].toSorted((a, b) => a - b),
  );
});
