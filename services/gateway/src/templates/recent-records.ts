import type { TemplateRecord } from '@instgenie/templates';

export interface RecentSettings {
  readonly now: () => number;
  /** A record is at most so old: what other gateways change is seen after this time. */
  readonly maxAgeMs: number;
  readonly recordsMax: number;
}

/** Records that were read just now, so that edits of one template do not each read it. */
export class RecentRecords {
  readonly #settings: RecentSettings;
  readonly #records = new Map<string, { readonly record: TemplateRecord; readonly atMs: number }>();

  constructor(settings: RecentSettings) {
    this.#settings = settings;
  }

  /** Undefined for what the tenant may not use, like for what is not known. */
  get(tenant: string, id: string): TemplateRecord | undefined {
    const found = this.#records.get(id);
    if (found === undefined || this.#settings.now() - found.atMs >= this.#settings.maxAgeMs) return undefined;
    const { record } = found;
    return record.tenant === tenant || record.grantedTo.includes(tenant) ? record : undefined;
  }

  set(record: TemplateRecord): void {
    this.#records.delete(record.id);
    const [oldest] = this.#records.keys();
    if (this.#records.size >= this.#settings.recordsMax && oldest !== undefined) this.#records.delete(oldest);
    this.#records.set(record.id, { record, atMs: this.#settings.now() });
  }

  delete(id: string): void {
    this.#records.delete(id);
  }
}
