import { xxh64 } from '@node-rs/xxhash';
import type { ChunkName } from '../chunk-reader.ts';

/**
 * xxh64 of a chunk's bytes, seeded by its name: right bytes at a wrong place, of another priming or of another variant
 * have another checksum.
 */
export function chunkChecksum(name: ChunkName, bytes: Uint8Array): bigint {
  return xxh64(bytes, nameSeed(name));
}

function nameSeed({ key, generation, step, chunk }: ChunkName): bigint {
  const name = Buffer.allocUnsafe(56);
  name.write(key, 0, 'hex');
  name.write(generation, 32, 'hex');
  name.writeUInt32LE(step, 48);
  name.writeUInt32LE(chunk, 52);
  return xxh64(name);
}
