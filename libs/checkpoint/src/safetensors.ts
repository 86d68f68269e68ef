import { createHash } from 'node:crypto';
import { constants, type FileHandle, open } from 'node:fs/promises';
import { ServiceError } from '@instgenie/domain';
import type { TensorRef } from './dtype.ts';
import { isMissing } from './json-file.ts';
import { headerBytesMax, parseHeader } from './safetensors-header.ts';

/** One safetensors file as it was when its header was read; its values stay on disk. */
export interface SafetensorsFile {
  readonly path: string;
  readonly bytes: number;
  /** Time of the last change, ns since epoch. */
  readonly modifiedNs: bigint;
  /** Hex, over the header's JSON bytes. */
  readonly headerSha256: string;
  readonly tensors: ReadonlyMap<string, TensorRef>;
}

/**
 * Reads and checks a file's header, not its values; allocates no more than the header, at most 100 MB.
 * Throws `not-found`, `invalid` or `unsupported`, naming the file and the key.
 */
export async function openSafetensors(path: string): Promise<SafetensorsFile> {
  await using handle = await openFile(path);
  const stats = await handle.stat({ bigint: true });
  if (!stats.isFile()) throw new ServiceError('invalid', `${path}: expected a regular file`);
  const bytes = Number(stats.size);
  const header = await readHeader(handle, { path, bytes });
  return {
    path,
    bytes,
    modifiedNs: stats.mtimeNs,
    headerSha256: createHash('sha256').update(header).digest('hex'),
    tensors: parseHeader(header, { path, fileBytes: bytes }),
  };
}

async function readHeader(
  handle: FileHandle,
  { path, bytes }: { readonly path: string; readonly bytes: number },
): Promise<Uint8Array> {
  if (bytes < 8) {
    throw new ServiceError('invalid', `${path}: expected a safetensors file, found ${bytes} bytes`);
  }
  const length = new Uint8Array(8);
  await readFully(handle, { into: length, at: 0, path });
  const headerBytes = Number(new DataView(length.buffer).getBigUint64(0, true));
  const roomBytes = Math.min(bytes - 8, headerBytesMax);
  if (headerBytes > roomBytes) {
    throw new ServiceError(
      'invalid',
      `${path}: expected a safetensors file, whose first 8 bytes are its header's length: ` +
        `at most ${roomBytes} here, found ${headerBytes}`,
    );
  }
  const header = new Uint8Array(headerBytes);
  await readFully(handle, { into: header, at: 8, path });
  return header;
}

/** Opens for reading, without waiting for a writer should it be a pipe. Throws `not-found` naming the path. */
export async function openFile(path: string): Promise<FileHandle> {
  try {
    return await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (thrown) {
    if (isMissing(thrown)) throw new ServiceError('not-found', `${path}: no such file`, { cause: thrown });
    throw thrown;
  }
}

/** One read stays far below the 2 GiB that the system takes at once. */
const readBytesMax = 64 * 1024 * 1024;

/** Fills `into` from the file's byte `at`. Throws `invalid` if the file ends before. */
export async function readFully(
  handle: FileHandle,
  { into, at, path }: { readonly into: Uint8Array; readonly at: number; readonly path: string },
): Promise<void> {
  for (let done = 0; done < into.length; ) {
    const length = Math.min(into.length - done, readBytesMax);
    const { bytesRead } = await handle.read(into, done, length, at + done);
    if (bytesRead === 0) {
      throw new ServiceError('invalid', `${path} is truncated: expected ${at + into.length} bytes, found ${at + done}`);
    }
    done += bytesRead;
  }
}
