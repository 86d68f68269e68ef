import { z } from 'zod';
import { shortDigest } from '../names.ts';

const count = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

const usageAmounts = z.strictObject({
  edits: count,
  /** Results that were handed out. */
  pictures: count,
  /** Masked tokens of those. */
  maskedTokens: count,
  /** Masked tokens times steps that were computed, handed out or not. */
  maskedTokenSteps: count,
});

const usageEntry = usageAmounts.extend({ tenant: z.string().max(100), model: z.string().max(200) });

const usageRecord = z.strictObject({
  version: z.literal(1),
  /** Which gateway, and which of its runs, wrote it. */
  writer: z.string().max(200),
  boot: z.string().max(100),
  day: z.iso.date(),
  entries: z.array(usageEntry).max(100_001).readonly(),
});

export type UsageAmounts = Readonly<z.infer<typeof usageAmounts>>;
/** What a tenant used of a model. */
export type UsageEntry = Readonly<z.infer<typeof usageEntry>>;
/** What one run of a gateway has counted in a day. */
export type UsageRecord = Readonly<z.infer<typeof usageRecord>>;

/** Stands for all tenants and models above the bound of a record; nobody can be called this. */
export const others = '*';

export const usageBytesMax = 32 * 1024 ** 2;

export function usageFolder(day: string): string {
  return `usage/${day}/`;
}

/** A run's only blob of a day, so that writing it again changes nothing. */
export function usageBlob({ writer, boot, day }: Pick<UsageRecord, 'writer' | 'boot' | 'day'>): string {
  return `${usageFolder(day)}${shortDigest(`${writer}/${boot}`)}.json`;
}

export function encodeUsage(record: UsageRecord): Uint8Array {
  return Buffer.from(`${JSON.stringify(record)}\n`);
}

/** Undefined for bytes that are not a record. */
export function decodeUsage(bytes: Uint8Array): UsageRecord | undefined {
  try {
    return usageRecord.parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
  } catch {
    return undefined;
  }
}

export function sumOf(a: UsageAmounts, b: UsageAmounts): UsageAmounts {
  return {
    edits: a.edits + b.edits,
    pictures: a.pictures + b.pictures,
    maskedTokens: a.maskedTokens + b.maskedTokens,
    maskedTokenSteps: a.maskedTokenSteps + b.maskedTokenSteps,
  };
}
