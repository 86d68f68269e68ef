import type { BlobStore } from '@instgenie/blobs';
import { daysBetween } from '../names.ts';
import { decodeUsage, sumOf, type UsageEntry, usageBlob, usageBytesMax, usageFolder } from './usage-record.ts';

export interface UsageQuestion {
  /** Days in UTC such as 2026-11-25, both included. */
  readonly from: string;
  readonly to: string;
  /** Undefined: all. */
  readonly tenant: string | undefined;
  /** Hears of blobs that cannot be read: what they counted is missing. */
  readonly onDamaged: (blob: string) => void;
}

/** What a tenant used of a model in a day, in all gateways. */
export interface UsageRow extends UsageEntry {
  readonly day: string;
}

/** Sums what all runs of all gateways have counted: by day, then tenant, then model. */
export async function readUsage(blobs: BlobStore, question: UsageQuestion): Promise<readonly UsageRow[]> {
  const { from, to, tenant, onDamaged } = question;
  const rows = new Map<string, UsageRow>();
  for (const day of daysBetween(from, to)) {
    for await (const blob of blobs.list(usageFolder(day))) {
      const found = await blobs.get(blob, { bytesMax: usageBytesMax });
      if (found === undefined) continue;
      const record = decodeUsage(found.bytes);
      if (record === undefined || usageBlob(record) !== blob) {
        onDamaged(blob);
        continue;
      }
      for (const entry of record.entries) {
        if (tenant !== undefined && entry.tenant !== tenant) continue;
        const key = [day, entry.tenant, entry.model].join('\n');
        const known = rows.get(key);
        rows.set(key, { ...entry, day, ...(known === undefined ? {} : sumOf(known, entry)) });
      }
    }
  }
  return [...rows].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
}

const columns = ['day', 'tenant', 'model', 'edits', 'pictures', 'maskedTokens', 'maskedTokenSteps'] as const;

/** Rows under a line of titles, as RFC 4180 has it but for line ends. */
export function usageCsv(rows: readonly UsageRow[]): string {
  const lines = rows.map((row) => columns.map((column) => csvField(String(row[column]))).join(','));
  return [columns.join(','), ...lines].join('\n');
}

function csvField(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
