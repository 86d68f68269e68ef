import assert from 'node:assert/strict';
import { glob, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openPython } from './python-tools.ts';
import { repository } from './run-tool.ts';
import { samplePictures } from './sample-pictures.ts';
import { startTarget } from './target.ts';

const runMs = 120_000;

test('a Python client that is made from the proto adds a template, follows an edit and hears what is wrong', async (t) => {
  const python = await openPython();
  if (python.kind === 'missing') return t.skip(python.reason);
  const folder = await mkdtemp(join(tmpdir(), 'python-'));
  t.after(() => rm(folder, { recursive: true }));
  const proto = join(repository, 'proto');
  const protos = await Array.fromAsync(glob('instgenie/v1/*.proto', { cwd: proto }));
  const generate = ['-m', 'grpc_tools.protoc', '-I', proto, `--python_out=${folder}`, `--grpc_python_out=${folder}`];
  const made = await python.run([...generate, ...protos.toSorted()], { cwd: folder, timeoutMs: runMs });
  assert.equal(made.code, 0, made.stderr);

  const { source, mask } = await samplePictures(128);
  await writeFile(join(folder, 'source.png'), source);
  await writeFile(join(folder, 'mask.png'), mask);
  await using target = await startTarget({ gateways: 2 });
  const script = join(import.meta.dirname, 'python/edit.py');
  const { code, stdout, stderr } = await python.run(
    [script, target.addresses.join(), 'source.png', 'mask.png', 'a red hat', 'result.png'],
    { cwd: folder, env: { PYTHONPATH: folder, INSTGENIE_API_KEY: target.apiKey }, timeoutMs: runMs },
  );
  assert.equal(code, 0, stderr);
  const [edited, refused] = stdout
    .trim()
    .split('\n')
    .map((line): unknown => JSON.parse(line));
  assert.partialDeepStrictEqual(edited, { seed: 7 });
  assert.match((edited as { readonly template: string }).template, /^[0-9a-f]{24}$/);
  assert.partialDeepStrictEqual(refused, { code: 'INVALID_ARGUMENT' });
  const events = stderr.trim().split('\n');
  assert.deepEqual([events[0], events.at(-1)], ['accepted', 'picture'], stderr);
  assert.equal((await readFile(join(folder, 'result.png'))).subarray(1, 4).toString(), 'PNG');
});
