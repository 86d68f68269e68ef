import {
  chunkAlignment,
  ServiceError,
  stepBytes,
  type Tier,
  type VariantKey,
  type VariantShape,
  variantKey,
} from '@instgenie/domain';
import type { VariantManifest, VariantManifest__Output } from '@instgenie/rpc';
import { z } from 'zod';

/** What a worker says of a variant that it holds. */
export interface ChunkManifest {
  readonly key: VariantKey;
  /** The priming that its bytes are of: 32 hexadecimal digits. */
  readonly generation: string;
  readonly shape: VariantShape;
  /** For each kept step, the checksum of each chunk in order, 8 bytes each, big-endian. */
  readonly checksums: ReadonlyMap<number, Uint8Array>;
  readonly tier: Extract<Tier, 'memory' | 'disk'>;
}

/** More than any model needs; a manifest within them takes less than 9 MiB. */
const stepsMax = 1000;
const stepMax = 99_999;
const chunksPerStepMax = 4096;
const chunksMax = 2 ** 20;
const chunkBytesMax = 2 ** 30;
const bytesMax = 2 ** 42;
export const manifestBytesMax = 9 * 1024 ** 2;

const checksumBytes = 8;

const tierOf = { TIER_MEMORY: 'memory', TIER_DISK: 'disk' } as const;
const wireTier = { memory: 'TIER_MEMORY', disk: 'TIER_DISK' } as const;

export const hexadecimal = (digits: number) => z.string().regex(new RegExp(`^[0-9a-f]{${digits}}$`));

const manifestSchema = z
  .object({
    key: hexadecimal(64).transform(variantKey),
    generation: hexadecimal(32),
    chunkBytes: z.array(z.int().positive().multipleOf(chunkAlignment).max(chunkBytesMax)).min(1).max(chunksPerStepMax),
    steps: z
      .array(z.object({ step: z.int().min(0).max(stepMax), checksums: z.instanceof(Uint8Array) }))
      .min(1)
      .max(stepsMax),
    tier: z.enum(['TIER_MEMORY', 'TIER_DISK']),
  })
  .refine(({ steps }) => steps[0]?.step === 0 && steps.every(({ step }, at) => step > (steps[at - 1]?.step ?? -1)))
  .refine(({ steps, chunkBytes }) => steps.length * chunkBytes.length <= chunksMax)
  .refine(({ steps, chunkBytes }) => steps.length * stepBytes({ chunkBytes }) <= bytesMax)
  .refine(({ steps, chunkBytes }) =>
    steps.every(({ checksums }) => checksums.length === chunkBytes.length * checksumBytes),
  );

export function encodeManifest({ key, generation, shape, checksums, tier }: ChunkManifest): VariantManifest {
  const steps = shape.steps.map((step) => ({ step, checksums: checksums.get(step) ?? new Uint8Array() }));
  return { key, generation, chunkBytes: [...shape.chunkBytes], steps, tier: wireTier[tier] };
}

/** Nothing that a peer says is trusted. Throws `invalid` for what cannot be, or is of another variant than `key`. */
export function decodeManifest(message: VariantManifest__Output | null, key: VariantKey): ChunkManifest {
  const read = manifestSchema.safeParse(message);
  if (!read.success)
    throw new ServiceError('invalid', 'a peer describes a variant that cannot be', { cause: read.error });
  const { generation, chunkBytes, steps, tier } = read.data;
  if (read.data.key !== key) throw new ServiceError('invalid', 'a peer describes another variant');
  return {
    key,
    generation,
    shape: { steps: steps.map(({ step }) => step), chunkBytes },
    checksums: new Map(steps.map(({ step, checksums }) => [step, checksums])),
    tier: tierOf[tier],
  };
}

/** Checksums of a step's chunks as a manifest has them. */
export function checksumsOf(checksums: readonly bigint[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(checksums.length * checksumBytes));
  for (const [chunk, checksum] of checksums.entries()) view.setBigUint64(chunk * checksumBytes, checksum);
  return new Uint8Array(view.buffer);
}

/** The checksum that a chunk must have; undefined for chunks that the variant does not have. */
export function manifestChecksum(
  { checksums, shape }: ChunkManifest,
  { step, chunk }: { readonly step: number; readonly chunk: number },
): bigint | undefined {
  const bytes = checksums.get(step);
  if (bytes === undefined || chunk < 0 || chunk >= shape.chunkBytes.length) return undefined;
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getBigUint64(chunk * checksumBytes);
}
