import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { ServiceError } from '@instgenie/domain';
import { demoModel, temporaryFolder } from '../testing.ts';
import { nearestByRatio, readEvaluationEdits, readEvaluationPictures } from './evaluation-edits.ts';

const edit = (id: string, maskRatio: number) => ({ id, prompt: 'hat', maskRatio });

test('each wanted ratio gets the nearest edit that is left', () => {
  const edits = [edit('a', 0.5), edit('b', 0.08), edit('c', 0.1), edit('d', 0.3)];
  const chosen = nearestByRatio(edits, [0.095, 0.095, 0.35]);
  assert.deepEqual(
    chosen.map(({ id }) => id),
    ['c', 'b', 'd'],
  );
});

test('a model with few edits shows them all once', () => {
  assert.deepEqual(nearestByRatio([edit('a', 0.5)], [0.1, 0.2]), [edit('a', 0.5)]);
});

test('the demo model has edits with the pictures they name', async () => {
  const edits = await readEvaluationEdits(demoModel);
  const [first] = nearestByRatio(edits, [0.07]);
  assert.ok(first !== undefined);
  const { source, mask, truth } = await readEvaluationPictures(demoModel, first.id);
  assert.deepEqual([source.width, source.height], [truth.width, truth.height]);
  const ratio = mask.bits.reduce((sum, bit) => sum + bit, 0) / mask.bits.length;
  assert.ok(Math.abs(ratio - first.maskRatio) < 0.001, `mask ratio ${ratio}`);
});

test('a model without edits says so', async () => {
  await assert.rejects(
    readEvaluationEdits('/nowhere'),
    (thrown) => thrown instanceof ServiceError && thrown.code === 'not-found',
  );
});

for (const text of ['{}', '[{"id": "../x", "prompt": "", "maskRatio": 0.1}]', 'no json']) {
  test(`edits that are ${text} are refused`, async () => {
    await using folder = await temporaryFolder();
    await mkdir(join(folder.path, 'eval'));
    await writeFile(join(folder.path, 'eval', 'edits.json'), text);
    await assert.rejects(
      readEvaluationEdits(folder.path),
      (thrown) => thrown instanceof ServiceError && thrown.code === 'invalid',
    );
  });
}
