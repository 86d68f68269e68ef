import assert from 'node:assert/strict';
import { link, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { ServiceError } from '@instgenie/domain';
import { temporaryFolder } from '../testing.ts';
import { checkOutputs, outputPaths } from './outputs.ts';

const refused = (code: string, text: RegExp) => (thrown: unknown) =>
  thrown instanceof ServiceError && thrown.code === code && thrown.field === 'output' && text.test(thrown.message);

for (const [path, format, dense] of [
  ['/a/out.png', 'png', '/a/out.dense.png'],
  ['/a/out.JPG', 'jpeg', '/a/out.dense.JPG'],
  ['/a/out.v2.webp', 'webp', '/a/out.v2.dense.webp'],
  ['/a/out', 'png', '/a/out.dense.png'],
] as const) {
  test(`${path} is written as ${format}, beside ${dense}`, () => {
    const paths = outputPaths(path);
    assert.equal(paths.edited, path);
    assert.equal(paths.format, format);
    assert.equal(paths.dense, dense);
  });
}

test('an extension that is no format is refused', () => {
  assert.throws(() => outputPaths('/a/out.gif'), refused('invalid', /ends with \.gif; expected \.png/));
});

test('an input is never an output, whatever it is called', async () => {
  await using folder = await temporaryFolder();
  const file = (name: string) => join(folder.path, name);
  await writeFile(file('in.png'), '');
  await symlink(file('in.png'), file('symbolic.png'));
  await link(file('in.png'), file('hard.png'));
  for (const name of ['in.png', 'symbolic.png', 'hard.png']) {
    await assert.rejects(checkOutputs([file(name)], [file('in.png')]), refused('invalid', /never overwritten/));
  }
  await checkOutputs([file('new.png')], [file('in.png')]);
});

test('an output needs a folder, and is none', async () => {
  await using folder = await temporaryFolder();
  await assert.rejects(checkOutputs([join(folder.path, 'no', 'out.png')], []), refused('not-found', /no folder/));
  await writeFile(join(folder.path, 'file'), '');
  await assert.rejects(checkOutputs([join(folder.path, 'file', 'out.png')], []), refused('not-found', /no folder/));
  await assert.rejects(checkOutputs([folder.path], []), refused('invalid', /is a folder/));
});
