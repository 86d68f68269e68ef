import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, mkdtempDisposable, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { ServiceError } from '@instgenie/domain';
import { run } from './lay-out-image.ts';

/** The part of an image's configuration that says how it is started. */
export interface ImageConfig {
  readonly User?: string;
  readonly Env?: readonly string[];
  readonly Entrypoint?: readonly string[];
  readonly WorkingDir?: string;
  readonly Labels?: Readonly<Record<string, string>>;
}

export interface ArchiveOptions {
  /** Such as `localhost/instgenie:dev`. */
  readonly reference: string;
  readonly config: ImageConfig;
  /** Each becomes a layer; what is in it is placed at `/`. */
  readonly folders: readonly string[];
  /** An OCI archive that the layers go over. */
  readonly base?: string | undefined;
  readonly out: string;
}

export interface Archive {
  /** Of the manifest: what `image.digest` of the chart takes. */
  readonly digest: string;
  readonly bytes: number;
  /** Of the layers that are not the base's. */
  readonly layers: readonly { readonly digest: string; readonly bytes: number }[];
}

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

interface StoredConfig {
  readonly config: ImageConfig;
  readonly rootfs: { readonly type: 'layers'; readonly diff_ids: readonly string[] };
  readonly history: readonly object[];
}

const oci = 'application/vnd.oci.image';
const empty: StoredConfig = { config: {}, rootfs: { type: 'layers', diff_ids: [] }, history: [] };

/** Writes an OCI image as a tar of its layout, without any container engine: the same folders give the same bytes. */
export async function writeArchive(options: ArchiveOptions): Promise<Archive> {
  await using work = await mkdtempDisposable(join(tmpdir(), 'instgenie-image-'));
  const layout = join(work.path, 'layout');
  const blobs = join(layout, 'blobs', 'sha256');
  await mkdir(blobs, { recursive: true });
  const below = options.base === undefined ? undefined : await readBase(options.base, layout);
  const layers: Descriptor[] = [];
  for (const folder of options.folders) layers.push(await writeLayer(folder, work.path, blobs));
  const before = below?.config ?? empty;
  const config = {
    architecture: 'amd64',
    os: 'linux',
    config: { ...before.config, ...options.config, Env: mergedEnv(before.config.Env, options.config.Env) },
    rootfs: { type: 'layers', diff_ids: [...before.rootfs.diff_ids, ...layers.map(({ digest }) => digest)] },
    history: [...before.history, ...layers.map(() => ({ created: '1970-01-01T00:00:00Z', created_by: 'instgenie' }))],
  };
  const manifest = await writeJson(blobs, `${oci}.manifest.v1+json`, {
    schemaVersion: 2,
    mediaType: `${oci}.manifest.v1+json`,
    config: await writeJson(blobs, `${oci}.config.v1+json`, config),
    layers: [...(below?.layers ?? []), ...layers],
  });
  const named = {
    'io.containerd.image.name': options.reference,
    'org.opencontainers.image.ref.name': options.reference,
  };
  const index = {
    schemaVersion: 2,
    mediaType: `${oci}.index.v1+json`,
    manifests: [{ ...manifest, annotations: named }],
  };
  await writeFile(join(layout, 'index.json'), JSON.stringify(index));
  await writeFile(join(layout, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  writeTar(layout, resolve(options.out), ['blobs', 'index.json', 'oci-layout']);
  const { size } = await stat(options.out);
  return {
    digest: manifest.digest,
    bytes: size,
    layers: layers.map((layer) => ({ digest: layer.digest, bytes: layer.size })),
  };
}

async function readBase(archive: string, layout: string) {
  run('tar', ['-xf', resolve(archive), '-C', layout], layout);
  const read = async <T>(path: string) => JSON.parse(await readFile(join(layout, path), 'utf8')) as T;
  const blob = <T>({ digest }: Descriptor) => read<T>(join('blobs', 'sha256', digest.replace('sha256:', '')));
  const { manifests } = await read<{ readonly manifests: readonly Descriptor[] }>('index.json');
  const [first] = manifests;
  if (first === undefined) throw new ServiceError('invalid', `${archive} holds no image`, { field: 'base' });
  const manifest = await blob<{ readonly config: Descriptor; readonly layers: readonly Descriptor[] }>(first);
  return { layers: manifest.layers, config: await blob<StoredConfig>(manifest.config) };
}

async function writeLayer(folder: string, work: string, blobs: string): Promise<Descriptor> {
  const file = join(work, 'layer.tar');
  writeTar(resolve(folder), file, ['.']);
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  const hex = hash.digest('hex');
  const { size } = await stat(file);
  await rename(file, join(blobs, hex));
  return { mediaType: `${oci}.layer.v1.tar`, digest: `sha256:${hex}`, size };
}

/** Nothing of the machine, the time or the order of a folder goes into it. */
function writeTar(folder: string, out: string, what: readonly string[]): void {
  const flags = ['--format=gnu', '--sort=name', '--mtime=@0', '--owner=0', '--group=0', '--numeric-owner'];
  run('tar', [...flags, '--hard-dereference', '--mode=u=rwX,go=rX', '-cf', out, '-C', folder, ...what], folder);
}

async function writeJson(blobs: string, mediaType: string, value: object): Promise<Descriptor> {
  const text = JSON.stringify(value);
  const hex = createHash('sha256').update(text).digest('hex');
  await writeFile(join(blobs, hex), text);
  return { mediaType, digest: `sha256:${hex}`, size: Buffer.byteLength(text) };
}

function mergedEnv(before: readonly string[] = [], after: readonly string[] = []): readonly string[] {
  const nameOf = (entry: string) => entry.split('=', 1)[0];
  const names = new Set(after.map(nameOf));
  return [...before.filter((entry) => !names.has(nameOf(entry))), ...after];
}
