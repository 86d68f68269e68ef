import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { encodePicture } from '@instgenie/pictures';
import { colourfulPicture, demoModel, runCli, temporaryFolder } from './testing.ts';

const image = join(demoModel, 'eval', '00_source.png');
const mask = join(demoModel, 'eval', '00_mask.png');

suite('the command line', { concurrency: 2 }, () => {
  for (const { name, args, exitCode, stderr } of [
    { name: 'nothing asked', args: [], exitCode: 2, stderr: /Usage: instgenie/ },
    {
      name: 'a misspelt command',
      args: ['edti'],
      exitCode: 2,
      stderr: /unknown command 'edti'\n\(Did you mean edit\?/,
    },
    { name: 'a misspelt flag', args: ['edit', '--imag', 'x'], exitCode: 2, stderr: /Did you mean --image\?/ },
    {
      name: 'no picture',
      args: ['edit', '--prompt', 'hat'],
      exitCode: 2,
      stderr: /^instgenie: image: pass --image FILE, or --template/,
    },
    {
      name: 'a template that is not there',
      args: ['edit', '--template', 'f'.repeat(24), '--prompt', 'hat', '--data', '/nowhere'],
      exitCode: 2,
      stderr: /^instgenie: template: there is none with this id\n$/,
    },
    { name: 'no prompt', args: ['edit', '--image', image], exitCode: 2, stderr: /^instgenie: prompt: pass --prompt/ },
    {
      name: 'a missing picture',
      args: ['edit', '--image', 'no.png', '--prompt', 'hat'],
      exitCode: 2,
      stderr: /^instgenie: image: .*no\.png: no such file or folder\n$/,
    },
    {
      name: 'no mask',
      args: ['edit', '--image', image, '--prompt', 'hat'],
      exitCode: 2,
      stderr: /^instgenie: mask: there is none/,
    },
    {
      name: 'a mask that is no picture',
      args: ['edit', '--image', image, '--mask', join(demoModel, 'README.md'), '--prompt', 'hat'],
      exitCode: 2,
      stderr: /^instgenie: mask: it is not a picture/,
    },
    {
      name: 'a bad number',
      args: ['edit', '--image', image, '--mask', mask, '--prompt', 'hat', '--steps', '0'],
      exitCode: 2,
      stderr: /^instgenie: steps: expected a whole number from 1 to 1000, got '0'\n$/,
    },
    {
      name: 'an output over the input',
      args: ['edit', '--image', image, '--mask', mask, '--prompt', 'hat', '-o', image],
      exitCode: 2,
      stderr: /^instgenie: output: .* is never overwritten/,
    },
    {
      name: 'a model that is none',
      args: ['model', 'inspect', '/nowhere'],
      exitCode: 2,
      stderr: /^instgenie: .*model_index\.json/,
    },
  ]) {
    test(`${name}: exit code ${exitCode}, one clear text, nothing on stdout`, async () => {
      const result = await runCli(args);
      assert.match(result.stderr, stderr);
      assert.deepEqual([result.exitCode, result.stdout], [exitCode, '']);
      assert.doesNotMatch(result.stderr, / at .*\.ts:\d/);
    });
  }

  test('a mask of another size is refused unless it may be resized', async () => {
    await using folder = await temporaryFolder();
    await writeFile(
      join(folder.path, 'mask.png'),
      await encodePicture(colourfulPicture({ width: 9, height: 9 }), 'png'),
    );
    const result = await runCli(['edit', '--image', image, '--mask', 'mask.png', '--prompt', 'hat'], folder.path);
    assert.equal(result.exitCode, 2);
    assert.match(result.stderr, /^instgenie: mask: it is 9 x 9 and the picture is 512 x 512/);
  });

  for (const path of [[], ['edit'], ['model', 'inspect'], ['demo'], ['fixtures', 'check']]) {
    test(`${['instgenie', ...path].join(' ')} --help ends with the exit codes`, async () => {
      const { exitCode, stdout, stderr } = await runCli([...path, '--help']);
      assert.deepEqual([exitCode, stderr], [0, '']);
      assert.match(stdout, /^Usage: instgenie/);
      assert.match(stdout, /\nExit codes:\n {2}0 {4}done\n/);
    });
  }

  test('--version is that of the package', async () => {
    assert.deepEqual(await runCli(['--version']), { exitCode: 0, stdout: '0.1.0\n', stderr: '' });
  });

  test('a failure with --json is one JSON object, too', async () => {
    const { exitCode, stdout } = await runCli(['edit', '--image', 'no.png', '--prompt', 'hat', '--json']);
    assert.equal(exitCode, 2);
    const { error } = JSON.parse(stdout);
    assert.deepEqual([error.code, error.field], ['not-found', 'image']);
  });

  test('model inspect knows the demo model from its headers', async () => {
    const { exitCode, stdout, stderr } = await runCli(['model', 'inspect', demoModel, '--json']);
    assert.deepEqual([exitCode, stderr], [0, '']);
    const report = JSON.parse(stdout);
    assert.equal(report.family, 'flux');
    assert.equal(report.defaults.side, 512);
    const bytes = report.weights.reduce((sum: number, each: { bytes: number }) => sum + each.bytes, 0);
    assert.equal(bytes, report.weightBytes);
    assert.equal(report.activations.length, 12);
  });
});
