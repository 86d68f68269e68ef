import { ServiceError } from '@instgenie/domain';
import type { TemplateRecord } from '@instgenie/templates';
import type { UsedVariant } from './note-variants.ts';

export interface VariantNotesSettings {
  /** Writes down what edits of a template have used. */
  readonly write: (record: TemplateRecord, used: readonly UsedVariant[]) => Promise<void>;
  readonly onFailure: (error: ServiceError) => void;
  /** Templates that wait to be written, and variants of each; what is above is forgotten. */
  readonly templatesMax?: number;
  readonly variantsMax?: number;
}

interface Pending {
  readonly record: TemplateRecord;
  readonly used: Map<string, UsedVariant>;
}

/** Writes down in the background what edits have used: those of one template that come while others are written, at once. */
export class VariantNotes implements AsyncDisposable {
  readonly #settings: Required<VariantNotesSettings>;
  readonly #pending = new Map<string, Pending>();
  #writing: Promise<void> | undefined;

  constructor(settings: VariantNotesSettings) {
    this.#settings = { templatesMax: 1000, variantsMax: 64, ...settings };
  }

  /** Whether it will be written: nobody waits for it. */
  add(record: TemplateRecord, variant: UsedVariant): boolean {
    const { templatesMax, variantsMax } = this.#settings;
    const pending = this.#pending.get(record.id) ?? { record, used: new Map<string, UsedVariant>() };
    const isNew = pending.used.size === 0;
    if (isNew ? this.#pending.size >= templatesMax : pending.used.size >= variantsMax) return false;
    this.#pending.set(record.id, pending);
    pending.used.set(`${variant.key} ${variant.route}`, variant);
    this.#writing ??= this.#writeAll();
    return true;
  }

  /** Resolves when all that was added is written, or has failed. */
  async flush(): Promise<void> {
    await this.#writing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.flush();
  }

  async #writeAll(): Promise<void> {
    const { write, onFailure } = this.#settings;
    for (const [id, { record, used }] of this.#pending) {
      this.#pending.delete(id);
      try {
        await write(record, [...used.values()]);
      } catch (thrown) {
        onFailure(ServiceError.from(thrown));
      }
    }
    this.#writing = undefined;
  }
}
