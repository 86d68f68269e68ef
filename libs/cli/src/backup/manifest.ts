import { createHash } from 'node:crypto';
import { z } from 'zod';
import { noBackup } from './tar-format.ts';

/** The last file of a backup: what is in it, so that one that is cut off or changed is none. */
export const manifestName = 'manifest.json';
export const manifestBytesMax = 512 * 1024 ** 2;
export const entriesMax = 2_000_000;

const entry = z.strictObject({
  name: z.string().max(100),
  bytes: z.number().int().min(0),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});
const manifest = z.strictObject({
  kind: z.literal('instgenie-backup'),
  version: z.literal(1),
  createdAt: z.iso.datetime(),
  entries: z.array(entry).max(entriesMax),
});

export type ManifestEntry = Readonly<z.output<typeof entry>>;
export type Manifest = Readonly<z.output<typeof manifest>>;

export function manifestEntry(name: string, bytes: Uint8Array): ManifestEntry {
  return { name, bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
}

export function encodeManifest(entries: readonly ManifestEntry[], createdAt: string): Uint8Array {
  const made: Manifest = { kind: 'instgenie-backup', version: 1, createdAt, entries: [...entries] };
  return Buffer.from(JSON.stringify(made));
}

/** Throws `invalid` for what is none. */
export function decodeManifest(bytes: Uint8Array): Manifest {
  try {
    return manifest.parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
  } catch (thrown) {
    throw noBackup(thrown);
  }
}
