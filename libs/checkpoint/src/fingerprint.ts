import { createHash } from 'node:crypto';
import { openFile, readFully, type SafetensorsFile } from './safetensors.ts';

const sampleBytes = 4096;

/**
 * Hex SHA-256 that tells one weights file from another without reading all of it (24 GB for FLUX.1): over its size, its
 * header and up to 4 KiB from the middle of every tensor. The header alone would not do: two fine-tunings of one
 * model have the same. The path and the time of change do not count, so every copy has the same fingerprint.
 */
export async function fingerprint(file: SafetensorsFile, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256').update(`${file.bytes} ${file.headerSha256}\n`);
  await using handle = await openFile(file.path);
  const sample = new Uint8Array(sampleBytes);
  for (const { offset, bytes } of file.tensors.values()) {
    signal?.throwIfAborted();
    const into = sample.subarray(0, Math.min(bytes, sampleBytes));
    await readFully(handle, { into, at: offset + Math.floor((bytes - into.length) / 2), path: file.path });
    hash.update(into);
  }
  return hash.digest('hex');
}
