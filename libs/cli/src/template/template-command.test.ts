import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { demoModel, runCli, temporaryFolder } from '../testing.ts';

const image = join(demoModel, 'eval', '00_source.png');
const mask = join(demoModel, 'eval', '00_mask.png');

test('a template is added, primed, edited warm, pinned, described and removed', { timeout: 120_000 }, async () => {
  await using folder = await temporaryFolder();
  const run = async (...args: string[]) => {
    const kept = args[1] === 'list' ? [] : ['--store', 'kept', '--read-deadline-ms', '60000'];
    const { exitCode, stdout, stderr } = await runCli([...args, ...kept, '--data', 'data', '--json'], folder.path);
    assert.equal(exitCode, 0, stderr);
    return JSON.parse(stdout);
  };
  const added = await run('template', 'add', image, '--name', 'poster', '--steps', '2', '--keep-every', '2', '--prime');
  assert.equal((await run('template', 'add', image, '--steps', '2', '--keep-every', '2')).id, added.id);
  const { templates } = await run('template', 'list');
  assert.equal(templates.length, 1);
  assert.deepEqual([templates[0].name, templates[0].variants.length], ['poster', 1]);

  const edit = ['--mask', mask, '--prompt', 'hat'];
  const warm = await run('edit', '--template', added.id, ...edit, '-o', 'warm.png');
  assert.deepEqual([warm.cache, warm.steps], ['warm', 2]);
  const settings = ['--steps', '2', '--keep-every', '2'];
  const other = await run('edit', '--image', image, ...settings, ...edit, '-o', 'image.png');
  assert.equal(other.cache, 'warm');
  const [one, two] = await Promise.all(['warm.png', 'image.png'].map((name) => readFile(join(folder.path, name))));
  assert.deepEqual(one, two);

  assert.equal((await run('template', 'pin', added.id)).isPinned, true);
  const stat = await run('cache', 'gc', '--disk-mib', '1');
  assert.deepEqual([stat.variants.length, stat.variants[0].isPinned], [1, true]);
  assert.equal((await run('template', 'stat', added.id)).kept[0].steps, 1);
  const big = ['--steps', '2', '--storage', 'fp32', '--prime'];
  const refused = await runCli(
    ['template', 'add', image, ...big, '--quota-mib', '20', '--store', 'kept', '--data', 'data'],
    folder.path,
  );
  assert.deepEqual([refused.exitCode, refused.stdout], [4, '']);
  assert.match(
    refused.stderr,
    /priming takes \d+ bytes, but \d+ of the quota of 20971520 bytes are left; what fits: int8/,
  );
  const second = (await run('template', 'list')).templates.find(({ id }: { id: string }) => id !== added.id);
  const gone = await run('template', 'rm', added.id);
  assert.deepEqual([gone.variantsRemoved, gone.pictureRemoved], [1, false]);
  assert.equal((await run('template', 'rm', second.id)).pictureRemoved, true);
  assert.deepEqual((await run('template', 'list')).templates, []);
  assert.deepEqual((await run('cache', 'stat')).variants, []);
});
