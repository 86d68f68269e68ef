// Builds images without a container engine; see deploy/images/README.md.
import { execFileSync } from 'node:child_process';
import { cp, mkdir, mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { nodeFlags } from '@instgenie/config';
import { folderDigest } from '../src/folder-digest.ts';
import { layOutImage } from './lay-out-image.ts';
import { layOutProgram } from './lay-out-program.ts';
import { type Archive, type ImageConfig, writeArchive } from './oci-archive.ts';

const repository = resolve(import.meta.dirname, '../../..');
const usage = `usage: image services --out FILE.tar [--base BASE.tar] [--reference NAME] [--commit COMMIT]
       image layout --out FOLDER [--commit COMMIT]
       image model FOLDER --out FILE.tar [--reference NAME]
       image program FILE --out FILE.tar --base BASE.tar [--reference NAME]
       image digest FOLDER`;

const servicesConfig: ImageConfig = {
  User: '65532:65532',
  Env: ['NODE_ENV=production', 'HOME=/tmp'],
  WorkingDir: '/app',
  Entrypoint: ['node', ...nodeFlags, '/app/deploy/images/src/entry.ts'],
};

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      base: { type: 'string' },
      out: { type: 'string' },
      reference: { type: 'string' },
      commit: { type: 'string' },
    },
  });
  const [what, folder] = positionals;
  const began = performance.now();
  const from = (path: string) => resolve(process.env['INSTGENIE_CWD'] ?? process.cwd(), path);
  if (what === 'digest' && folder !== undefined) {
    console.log((await folderDigest(from(folder))).sha256);
    return;
  }
  const { commit } = values;
  if (what === 'layout' && values.out !== undefined) {
    await layOut(from(values.out), commit);
    return;
  }
  await using work = await mkdtempDisposable(join(tmpdir(), 'instgenie-root-'));
  if (values.out === undefined) throw new TypeError(usage);
  const out = from(values.out);
  await mkdir(dirname(out), { recursive: true });
  if (what === 'services') {
    const layers = await layOut(work.path, commit);
    const labels = {
      'org.opencontainers.image.revision': revision(commit),
      'org.opencontainers.image.licenses': 'Apache-2.0',
    };
    const { base, reference = 'localhost/instgenie:dev' } = values;
    const archive = await writeArchive({
      reference,
      config: { ...servicesConfig, Labels: labels },
      folders: Object.values(layers),
      base: base === undefined ? undefined : from(base),
      out,
    });
    report(reference, out, archive, began);
    if (base === undefined) console.log('It has no Node and no libc: give --base to run it.');
    return;
  }
  if (what === 'program' && folder !== undefined && values.base !== undefined) {
    await layOutProgram(from(folder), work.path);
    const { reference = `localhost/${basename(folder)}:dev`, base } = values;
    const config = { User: '65532:65532', Entrypoint: [`/usr/bin/${basename(folder)}`] };
    report(
      reference,
      out,
      await writeArchive({ reference, config, folders: [work.path], base: from(base), out }),
      began,
    );
    return;
  }
  if (what !== 'model' || folder === undefined) throw new TypeError(usage);
  await cp(from(folder), work.path, { recursive: true });
  const { reference = 'localhost/instgenie-model:dev' } = values;
  const archive = await writeArchive({ reference, config: {}, folders: [work.path], out });
  report(reference, out, archive, began);
  console.log(`sha256 of its files: ${(await folderDigest(work.path)).sha256}`);
}

async function layOut(folder: string, commit: string | undefined) {
  const layers = { packages: join(folder, 'packages'), sources: join(folder, 'sources') };
  for (const layer of Object.values(layers)) await mkdir(layer, { recursive: true });
  await layOutImage({ repository, commit, ...layers });
  return layers;
}

function revision(commit: string | undefined): string {
  const git = (...args: readonly string[]) => execFileSync('git', args, { cwd: repository, encoding: 'utf8' }).trim();
  if (commit !== undefined) return git('rev-parse', commit);
  const changed = git('status', '--porcelain', '--', 'libs', 'services', 'proto', 'deploy/images', 'pnpm-lock.yaml');
  return `${git('rev-parse', 'HEAD')}${changed === '' ? '' : '-changed'}`;
}

function report(reference: string, out: string, { digest, bytes, layers }: Archive, began: number): void {
  const mib = (count: number) => `${(count / 1024 ** 2).toFixed(1)} MiB`;
  console.log(`${reference} -> ${out}: ${mib(bytes)} in ${((performance.now() - began) / 1000).toFixed(1)} s`);
  for (const layer of layers) console.log(`layer ${layer.digest}: ${mib(layer.bytes)}`);
  console.log(`digest ${digest}`);
}

await main();
