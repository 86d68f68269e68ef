import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, glob, mkdir, mkdtempDisposable, readFile, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { test } from 'node:test';
import { folderDigest } from '../src/folder-digest.ts';
import { isDeadWeight, isInImage, isManifest } from './image-files.ts';
import { type Manifest, packagesOf } from './image-packages.ts';
import { layOutProgram } from './lay-out-program.ts';
import { writeArchive } from './oci-archive.ts';

const repository = resolve(import.meta.dirname, '../../..');

test('sources are in the image, and no tests, fixtures, models or tools', () => {
  for (const path of [
    'libs/rpc/src/connect.ts',
    'services/gateway/console/index.html',
    'proto/instgenie/v1/edits.proto',
  ]) {
    assert.ok(isInImage(path), path);
  }
  for (const path of [
    'libs/rpc/src/serve.test.ts',
    'libs/rpc/src/testing.ts',
    'libs/engine/fixtures/a.json',
    'deploy/models/portrait-fill/model_index.json',
    'e2e/arrows.test.ts',
    'charts/check/main.ts',
    'scripts/test.ts',
  ]) {
    assert.ok(!isInImage(path), path);
  }
  const packages = 'node_modules/.pnpm/x/node_modules';
  assert.ok(isDeadWeight(`${packages}/x/index.d.ts`));
  assert.ok(isDeadWeight(`${packages}/onnxruntime-node/bin/napi-v6/win32/x64/onnxruntime.dll`));
  assert.ok(!isDeadWeight(`${packages}/onnxruntime-node/bin/napi-v6/linux/x64/libonnxruntime.so.1`));
  assert.ok(!isDeadWeight(`${packages}/x/LICENSE.md`));
});

test('whatever a file of the image imports by its path is in the image, too', async () => {
  const list = execFileSync('git', ['ls-files', '-z'], { cwd: repository, encoding: 'utf8' }).split('\0');
  const files = list.filter((path) => path.endsWith('.ts') && isInImage(path));
  assert.ok(files.length > 300);
  for (const path of files) {
    const text = await readFile(join(repository, path), 'utf8').catch(() => '');
    for (const [, specifier = ''] of text.matchAll(/(?:from|import\(|import|new URL\() ?'(\.\.?\/[^']+\.ts)'/g)) {
      const imported = join(dirname(path), specifier);
      assert.ok(isInImage(imported) && !isManifest(imported), `${path} imports ${imported}`);
    }
  }
});

test('whatever a file of the image imports by name is a dependency at run time, and not of development only', async () => {
  const list = execFileSync('git', ['ls-files', '-z'], { cwd: repository, encoding: 'utf8' }).split('\0');
  const manifests = new Map<string, Manifest>();
  for (const path of list.filter((each) => /^(libs|services|deploy)\/[^/]+\/package\.json$/.test(each))) {
    manifests.set(dirname(path), JSON.parse(await readFile(join(repository, path), 'utf8')) as Manifest);
  }
  const kept = packagesOf('@instgenie/image', manifests);
  assert.ok(kept.has('services/worker') && kept.has('libs/domain') && !kept.has('deploy/dashboards'));
  for (const path of list.filter((each) => each.endsWith('.ts') && isInImage(each))) {
    const folder = path.split('/', 2).join('/');
    const manifest = manifests.get(folder);
    // The console is for browsers.
    if (manifest === undefined || !kept.has(folder) || path.includes('/console/')) continue;
    const text = await readFile(join(repository, path), 'utf8').catch(() => '');
    for (const [, name = ''] of text.matchAll(/^(?:import|export) (?!type )[^;]*? from '((?:@[^/']+\/)?[^/'.]+)/gm)) {
      if (name.startsWith('node:')) continue;
      assert.ok(name === manifest.name || name in (manifest.dependencies ?? {}), `${path} imports ${name}`);
    }
  }
});

test('an image has the same bytes whenever and in whatever order its files were written', async () => {
  await using work = await mkdtempDisposable(join(tmpdir(), 'instgenie-image-test-'));
  const names = ['app/b.ts', 'app/a.ts', `app/${'long/'.repeat(30)}c.ts`];
  const digests = await Promise.all(
    [names, names.toReversed()].map(async (order, turn) => {
      const folder = join(work.path, String(turn));
      for (const name of order) {
        await mkdir(dirname(join(folder, name)), { recursive: true });
        await writeFile(join(folder, name), name);
        await chmod(join(folder, name), turn === 0 ? 0o600 : 0o644);
        await utimes(join(folder, name), turn * 1000, turn * 1000);
      }
      const out = join(work.path, `${turn}.tar`);
      const { digest } = await writeArchive({ reference: 'localhost/x:1', config: {}, folders: [folder], out });
      return {
        digest,
        file: createHash('sha256')
          .update(await readFile(out))
          .digest('hex'),
      };
    }),
  );
  assert.deepEqual(digests[0], digests[1]);
});

test('an image over another has its layers, its settings and those of both in its environment', async () => {
  await using work = await mkdtempDisposable(join(tmpdir(), 'instgenie-image-test-'));
  for (const name of ['base', 'app']) {
    await mkdir(join(work.path, name));
    await writeFile(join(work.path, name, name), name);
  }
  const base = join(work.path, 'base.tar');
  const out = join(work.path, 'app.tar');
  await writeArchive({
    reference: 'localhost/base:1',
    config: { Env: ['PATH=/bin', 'HOME=/root'], WorkingDir: '/' },
    folders: [join(work.path, 'base')],
    out: base,
  });
  const { layers } = await writeArchive({
    reference: 'localhost/app:1',
    config: { Env: ['HOME=/tmp'], User: '65532:65532' },
    folders: [join(work.path, 'app')],
    base,
    out,
  });
  assert.equal(layers.length, 1);
  execFileSync('tar', ['-xf', out, '-C', work.path]);
  const read = async (path: string) => JSON.parse(await readFile(join(work.path, path), 'utf8'));
  const blob = ({ digest }: { readonly digest: string }) => read(`blobs/${digest.replace(':', '/')}`);
  const manifest = await blob((await read('index.json')).manifests[0]);
  assert.equal(manifest.layers.length, 2);
  const { config, rootfs } = await blob(manifest.config);
  assert.deepEqual(config, { Env: ['PATH=/bin', 'HOME=/tmp'], WorkingDir: '/', User: '65532:65532' });
  assert.equal(rootfs.diff_ids.length, 2);
});

test('a program comes with the libraries that it is linked with, but for those of every base', async () => {
  await using work = await mkdtempDisposable(join(tmpdir(), 'instgenie-image-test-'));
  const program = execFileSync('sh', ['-c', 'command -v tar'], { encoding: 'utf8' }).trim();
  await layOutProgram(program, work.path);
  const [files, linked] = [
    await Array.fromAsync(glob('usr/{bin,lib/*}/*', { cwd: work.path })),
    execFileSync('ldd', [program], { encoding: 'utf8' }),
  ];
  assert.ok(files.includes('usr/bin/tar'));
  const names = new Set(files.map((file) => file.slice(file.lastIndexOf('/') + 1)));
  for (const [, name = ''] of linked.matchAll(/^\s*(\S+) => /gm)) {
    assert.equal(names.has(name), !/^lib(c|dl|pthread|m|rt)\./.test(name), name);
  }
});

test("a folder's digest is what coreutils say, and changes with names and bytes", async () => {
  await using work = await mkdtempDisposable(join(tmpdir(), 'instgenie-image-test-'));
  await mkdir(join(work.path, 'vae'));
  await writeFile(join(work.path, 'vae/model.safetensors'), 'weights');
  await writeFile(join(work.path, 'vae-config.json'), '{}');
  await writeFile(join(work.path, '.hidden'), 'x');
  const pipe = "find . -type f -not -path '*/.*' -printf '%P\\n' | LC_ALL=C sort | xargs -d'\\n' sha256sum | sha256sum";
  const [want] = execFileSync('sh', ['-c', pipe], { cwd: work.path, encoding: 'utf8' }).split(' ');
  const before = await folderDigest(work.path);
  assert.deepEqual(before, { sha256: want, files: 2, bytes: 9 });
  await writeFile(join(work.path, 'vae/model.safetensors'), 'weightz');
  assert.notEqual((await folderDigest(work.path)).sha256, before.sha256);
});
