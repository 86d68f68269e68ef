import assert from 'node:assert/strict';
import { test } from 'node:test';
import { measureOverload } from '../bench/cluster-overload.ts';
import { measureTenants } from '../bench/cluster-tenants.ts';
import { counts } from '../harness/load.ts';

const say = () => undefined;
/** So slow that machines that run tests have little to do: eight edits of eight steps take a worker 1.8 s. */
const slow = { workers: 1, timeScale: 1, capacity: 4.5, templates: 2 };

test('five times as many edits as can be done: no fewer are done than before, and the others are refused', async () => {
  const figures = await measureOverload({ ...slow, seconds: 5, usualSeconds: 3, seed: 71, say });
  const { good = 0, overloaded = 0, deadline = 0, ...others } = counts(figures.overload);
  assert.deepEqual(others, {});
  assert.ok(overloaded > good, `${overloaded} refused, ${good} done`);
  assert.ok(deadline <= good / 4, `${deadline} late, ${good} done`);
  const before = (counts(figures.usual).good ?? 0) / 3;
  assert.ok(good / 5 > before / 2, `${good / 5} done a second under overload, ${before} before`);
});

test('one tenant sends ten times its share: the others go on', async () => {
  const figures = await measureTenants({ ...slow, timeScale: 0.5, capacity: 9, seconds: 5, seed: 81, say });
  const { good = 0 } = counts(figures.with);
  assert.ok(good >= 0.75 * figures.with.length, JSON.stringify(counts(figures.with)));
  assert.ok((counts(figures.greedy).overloaded ?? 0) > 0, JSON.stringify(counts(figures.greedy)));
});
