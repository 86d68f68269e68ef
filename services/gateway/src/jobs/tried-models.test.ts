import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TriedModels } from './tried-models.ts';

function tried(...models: readonly string[]): TriedModels {
  const all = new TriedModels();
  for (const model of models) all.note(model);
  return all;
}

test('edits that wait are split as those that were tried', () => {
  assert.deepEqual(
    tried('fill', 'fill', 'edit', 'fill').split(100),
    new Map([
      ['fill', 75],
      ['edit', 25],
    ]),
  );
});

test('a model that is asked for now and then is not rounded away', () => {
  const all = tried('rare', ...Array.from({ length: 50 }, () => 'fill'));
  assert.equal(all.split(3).get('rare'), 1);
});

test('where none waits there are none; where none was tried, nothing is said', () => {
  assert.deepEqual(tried('fill').split(0), new Map([['fill', 0]]));
  assert.deepEqual(tried().split(10), new Map());
});

test('what was tried long ago is forgotten', () => {
  const all = tried('old', ...Array.from({ length: 64 }, () => 'new'));
  assert.deepEqual([...all.split(10).keys()], ['new']);
});
