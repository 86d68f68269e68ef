import { type VariantKey, variantKey } from '@instgenie/domain';
import { z } from 'zod';

/** A worker process: `epoch` is another after each start, so that what an earlier one said counts no more. */
export interface WorkerIdentity {
  readonly id: string;
  /** `host:port` of its chunk service. */
  readonly address: string;
  readonly epoch: string;
}

/** What a worker holds of a variant. */
export interface HeldRecord {
  readonly key: VariantKey;
  readonly generation: string;
  readonly tier: 'memory' | 'disk';
  readonly bytes: number;
}

/** Where a variant can be had, as far as the index knows: a hint, to be checked by whoever follows it. */
export interface Holder extends HeldRecord {
  readonly worker: string;
  readonly address: string;
}

const short = z.string().min(1).max(300);

const recordSchema = z.object({
  epoch: short,
  generation: z.string().regex(/^[0-9a-f]{32}$/),
  tier: z.enum(['memory', 'disk']),
  bytes: z.int().positive(),
});

const leaseSchema = z.object({ address: short, epoch: short });

export function encodeRecord({ generation, tier, bytes }: HeldRecord, epoch: string): string {
  return JSON.stringify({ epoch, generation, tier, bytes });
}

export function encodeLease({ address, epoch }: WorkerIdentity): string {
  return JSON.stringify({ address, epoch });
}

/** What a record and its worker's lease say together; undefined where they are not of one start, or say nonsense. */
export function decodeHolder(
  { key, worker }: { readonly key: VariantKey; readonly worker: string },
  texts: { readonly record: string; readonly lease: string | null | undefined },
): Holder | undefined {
  const record = recordSchema.safeParse(json(texts.record)).data;
  const lease = leaseSchema.safeParse(json(texts.lease ?? '')).data;
  if (record === undefined || lease === undefined || record.epoch !== lease.epoch) return undefined;
  const { generation, tier, bytes } = record;
  return { key, worker, address: lease.address, generation, tier, bytes };
}

/** The variant keys among what Redis says. */
export function keysAmong(texts: readonly string[]): readonly VariantKey[] {
  return texts.filter((text) => /^[0-9a-f]{64}$/.test(text)).map(variantKey);
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
