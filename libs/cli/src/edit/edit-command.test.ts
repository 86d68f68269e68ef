import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { suite, test } from 'node:test';
import { decodePicture, readMask } from '@instgenie/pictures';
import { demoModel, runCli, startCli, temporaryFolder } from '../testing.ts';
import { bytesChangedOutside } from './likeness.ts';

const image = join(demoModel, 'eval', '00_source.png');
const mask = join(demoModel, 'eval', '00_mask.png');
const edit = ['edit', '--model', demoModel, '--image', image, '--mask', mask, '--prompt', 'hat', '--no-store'];

// One after the other: each keeps every core busy.
suite('instgenie edit', { concurrency: 1 }, () => {
  test('an edit changes what is masked, and not one byte outside', async () => {
    await using folder = await temporaryFolder();
    const args = [...edit, '-o', 'out.png', '--steps', '2', '--previews', 'previews', '--json'];
    const { exitCode, stdout, stderr } = await runCli(args, folder.path);
    assert.equal(exitCode, 0, stderr);
    const source = await decodePicture(await readFile(image));
    const bits = await readMask(await readFile(mask), { mode: 'white', size: source });
    const edited = await decodePicture(await readFile(join(folder.path, 'out.png')));
    assert.equal(bytesChangedOutside(source, edited, bits), 0);
    assert.notDeepEqual(edited.data, source.data);

    const answer = JSON.parse(stdout);
    assert.equal(answer.bytesChangedOutside, 0);
    assert.deepEqual([answer.steps, answer.stepsRun, answer.cache], [2, 2, 'cold']);
    assert.deepEqual(answer.outputs, {
      edited: join(folder.path, 'out.png'),
      previews: [join(folder.path, 'previews', 'preview-1-of-2.png')],
    });
    assert.deepEqual((await readdir(folder.path)).toSorted(), ['out.png', 'previews']);
    assert.match(stderr, /^masked: 1 of 2 \(50 %\)$/m);
  });

  test('a comparison writes three pictures and a table, and a warm edit has the bytes of a cold one', async () => {
    await using folder = await temporaryFolder();
    const run = (...args: string[]) => runCli([...edit, '--steps', '2', ...args], folder.path);
    const cold = await run('-o', 'cold.png');
    assert.equal(cold.exitCode, 0, cold.stderr);
    const compared = await run('-o', 'warm.png', '--mode', 'compare');
    assert.equal(compared.exitCode, 0, compared.stderr);
    const names = ['cold.png', 'warm.compare.png', 'warm.dense.png', 'warm.png'];
    assert.deepEqual((await readdir(folder.path)).toSorted(), names);
    const [coldBytes, , , warmBytes] = await Promise.all(names.map((name) => readFile(join(folder.path, name))));
    assert.deepEqual(coldBytes, warmBytes);
    assert.match(compared.stdout, /^mode {2,}steps {2,}denoise .*\n[- ]+\ndense .*\nmasked .* 0\n/);
    assert.match(compared.stdout, /^cache +warm$/m);
  });

  test('the second edit of a picture is warm in a new process, with the bytes of the first', async () => {
    await using folder = await temporaryFolder();
    const stored = [...edit.slice(0, -1), '--steps', '2', '--store', 'kept', '--read-deadline-ms', '60000', '--json'];
    const answers = [];
    for (const output of ['first.png', 'second.png']) {
      const { exitCode, stdout, stderr } = await runCli([...stored, '-o', output], folder.path);
      assert.equal(exitCode, 0, stderr);
      answers.push(JSON.parse(stdout).cache);
    }
    assert.deepEqual(answers, ['cold', 'warm']);
    const [first, second] = await Promise.all(
      ['first.png', 'second.png'].map((name) => readFile(join(folder.path, name))),
    );
    assert.deepEqual(first, second);
    const stat = await runCli(['cache', 'stat', '--store', 'kept', '--json'], folder.path);
    const { variants } = JSON.parse(stat.stdout);
    assert.deepEqual(
      variants.map(({ steps }: { steps: number }) => steps),
      [2],
    );
    const verified = await runCli(['cache', 'verify', '--store', 'kept'], folder.path);
    assert.match(verified.stdout, /^1 variants, 2 steps, .*: 0 steps are damaged\n$/);
    const removed = await runCli(['cache', 'rm', variants[0].key.slice(0, 8), '--store', 'kept'], folder.path);
    assert.equal(removed.stdout, '1 variants removed\n');
  });

  for (const [signal, exitCode] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    test(`${signal} between steps ends with ${exitCode} and leaves no file`, async () => {
      await using folder = await temporaryFolder();
      const child = startCli([...edit, '-o', 'out.png', '--steps', '100', '--mode', 'dense'], folder.path);
      assert.ok(child.stderr !== null);
      const exited = once(child, 'exit');
      const lines: string[] = [];
      for await (const line of createInterface({ input: child.stderr })) {
        lines.push(line);
        if (line.startsWith('dense: ')) child.kill(signal);
      }
      assert.deepEqual(await exited, [exitCode, null], lines.join('\n'));
      assert.equal(lines.at(-1), 'instgenie: interrupted');
      assert.deepEqual(await readdir(folder.path), []);
    });
  }
});
