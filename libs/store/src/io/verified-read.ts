import { ServiceError } from '@instgenie/domain';
import type { ChunkName, ChunkReader } from '../chunk-reader.ts';
import { chunkChecksum } from '../format/checksum.ts';

/** Where chunks can be read from, and what they must be. */
export interface ReadTier {
  readonly name: 'disk' | 'peer';
  readonly reader: ChunkReader;
  /** The checksum of a chunk, undefined where this tier does not have it. */
  checksum(chunk: ChunkName): Promise<bigint | undefined>;
}

export interface ReadResult {
  /** Where right bytes came from; undefined when they came from nowhere. */
  readonly from: 'disk' | 'peer' | undefined;
  /** The disk's file of this step must not be used again. */
  readonly diskDamaged: boolean;
  readonly reason?: string;
}

/** Reads a chunk from the first tier that gives the right bytes. Never rejects; `into` is right only with a `from`. */
export async function readVerified(
  tiers: readonly ReadTier[],
  { name, into, signal }: { readonly name: ChunkName; readonly into: Uint8Array; readonly signal: AbortSignal },
): Promise<ReadResult> {
  let diskDamaged = false;
  let reason = 'no tier has it';
  for (const tier of tiers) {
    if (signal.aborted) break;
    try {
      const checksum = await tier.checksum(name);
      if (checksum === undefined) continue;
      await tier.reader.read(name, into, signal);
      if (chunkChecksum(name, into) === checksum) return { from: tier.name, diskDamaged };
      throw new ServiceError('invalid', 'the checksum is wrong');
    } catch (thrown) {
      reason = `${tier.name}: ${thrown instanceof Error ? thrown.message : String(thrown)}`;
      if (tier.name === 'disk') diskDamaged ||= isDamage(thrown);
    }
  }
  return { from: undefined, diskDamaged, reason };
}

/** Wrong or missing bytes and failing sectors, unlike a process that has run out of files or memory. */
export function isDamage(thrown: unknown): boolean {
  if (thrown instanceof ServiceError) return true;
  const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
  return code === 'ENOENT' || code === 'EIO' || code === 'EISDIR' || code === 'EUCLEAN';
}
