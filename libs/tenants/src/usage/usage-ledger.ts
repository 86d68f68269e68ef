import type { BlobStore } from '@instgenie/blobs';
import type { Clock, ServiceError } from '@instgenie/domain';
import { Flusher } from '../flusher.ts';
import { dayOf } from '../names.ts';
import { encodeUsage, others, sumOf, type UsageEntry, usageBlob } from './usage-record.ts';

export interface UsageLedgerSettings {
  readonly blobs: BlobStore;
  readonly clock: Clock;
  /** Milliseconds of the epoch. */
  readonly nowMs: () => number;
  /** The gateway's name, and of its run one that no other has. */
  readonly writer: string;
  readonly boot: string;
  /** What a crash loses at most. */
  readonly intervalMs: number;
  readonly onFailure: (failure: ServiceError) => void;
  /** Pairs of tenant and model in a day; what is above is counted together. At most 100,000. */
  readonly entriesMax?: number;
}

interface Day {
  readonly entries: Map<string, UsageEntry>;
  changes: number;
  written: number;
}

/** Days that could not be written yet; the oldest is given up for the next. */
const daysMax = 8;

/** Counts what tenants use, and keeps it in the blob store: one blob for each run of a gateway and day. */
export class UsageLedger implements AsyncDisposable {
  readonly #settings: UsageLedgerSettings;
  readonly #flusher: Flusher;
  readonly #days = new Map<string, Day>();
  #today = '';
  #daysLost = 0;

  constructor(settings: UsageLedgerSettings) {
    this.#settings = settings;
    const { clock, intervalMs, onFailure } = settings;
    this.#flusher = new Flusher({ clock, intervalMs, onFailure, flush: () => this.#write() });
  }

  /** Days in memory, and days that were given up because the blob store was away for too long. */
  get counts(): { readonly days: number; readonly daysLost: number } {
    return { days: this.#days.size, daysLost: this.#daysLost };
  }

  add(entry: UsageEntry): void {
    const { entries } = this.#dayNow();
    const { entriesMax = 20_000 } = this.#settings;
    const own = keyOf(entry);
    const isRoom = entries.has(own) || entries.size < entriesMax;
    const counted = isRoom ? entry : { ...entry, tenant: others, model: others };
    const known = entries.get(keyOf(counted));
    entries.set(keyOf(counted), known === undefined ? counted : { ...counted, ...sumOf(known, counted) });
    this.#flusher.touch();
  }

  /** Writes what has changed. Rejects where the blob store does. */
  flush(): Promise<void> {
    return this.#flusher.flush();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#flusher[Symbol.asyncDispose]();
  }

  #dayNow(): Day {
    const day = dayOf(this.#settings.nowMs());
    // A clock that goes back must not begin a day anew whose blob is written.
    if (day > this.#today) this.#today = day;
    const known = this.#days.get(this.#today) ?? { entries: new Map(), changes: 0, written: 0 };
    known.changes++;
    this.#days.set(this.#today, known);
    const [oldest] = this.#days.keys();
    if (this.#days.size > daysMax && oldest !== undefined) {
      this.#days.delete(oldest);
      this.#daysLost++;
    }
    return known;
  }

  async #write(): Promise<void> {
    const { blobs, writer, boot } = this.#settings;
    for (const [day, { entries, changes, written }] of this.#days) {
      if (changes > written) {
        const record = { version: 1, writer, boot, day, entries: [...entries.values()] } as const;
        await blobs.put(usageBlob(record), encodeUsage(record));
      }
      const now = this.#days.get(day);
      if (now !== undefined) now.written = changes;
      if (day < this.#today && now?.changes === changes) this.#days.delete(day);
    }
  }
}

function keyOf({ tenant, model }: UsageEntry): string {
  return `${tenant}\n${model}`;
}
