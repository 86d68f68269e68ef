import { type VariantKey } from '@instgenie/domain';
import { type Engine, editBytes, gridOf, type TemplateSpec } from '@instgenie/engine';
import { type PeerLookup, type StoredTemplate, storedTemplate, variantOf } from '@instgenie/loader';
import type { ActivationStore } from '@instgenie/store';

/** A template of a tenant. */
export type ShelfSpec = TemplateSpec & { readonly tenantSalt: string };

/** A template that stays prepared until it is put back. */
export interface ShelfLoan extends AsyncDisposable {
  readonly stored: StoredTemplate;
}

interface Entry {
  readonly stored: Promise<StoredTemplate>;
  readonly bytes: number;
  users: number;
}

export interface ShelfParts {
  readonly engine: Engine;
  readonly store: ActivationStore;
  readonly peers: PeerLookup | undefined;
  readonly bytesMax: number;
}

/**
 * Templates that are ready to be edited, shared by all edits that use them: the first one fills a cold template, and
 * whoever comes meanwhile joins it, at most as far behind as it came late, and finds each step filled. Those that nobody
 * uses stay as long as there is room.
 */
export class TemplateShelf implements AsyncDisposable {
  readonly #parts: ShelfParts;
  /** In the order of their last use. */
  readonly #entries = new Map<VariantKey, Entry>();
  #bytes = 0;

  constructor(parts: ShelfParts) {
    this.#parts = parts;
  }

  /** Whether it needs no preparing. */
  has(key: VariantKey): boolean {
    return this.#entries.has(key);
  }

  keyOf(spec: ShelfSpec): VariantKey {
    return variantOf(this.#parts.engine, spec).key;
  }

  async take(key: VariantKey, spec: ShelfSpec): Promise<ShelfLoan> {
    const entry = this.#entries.get(key) ?? this.#add(key, spec);
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    entry.users++;
    try {
      const stored = await entry.stored;
      return { stored, [Symbol.asyncDispose]: () => this.#putBack(key, { entry, stored }) };
    } catch (thrown) {
      entry.users--;
      this.#forget(key, entry);
      throw thrown;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const [key, entry] of this.#entries) await this.#remove(key, entry);
  }

  #add(key: VariantKey, spec: ShelfSpec): Entry {
    const { engine, store, peers } = this.#parts;
    const { rows, columns } = gridOf(spec.picture);
    const tokens = rows * columns;
    const bytes = editBytes(engine, { ...spec, tokens }) + 8 * tokens * engine.model.denoiser.latentChannels;
    const entry = { stored: storedTemplate(engine, store, spec, peers), bytes, users: 0 };
    this.#entries.set(key, entry);
    this.#bytes += bytes;
    return entry;
  }

  async #putBack(
    key: VariantKey,
    { entry, stored }: { readonly entry: Entry; readonly stored: StoredTemplate },
  ): Promise<void> {
    entry.users--;
    // It could not be kept: the next edit tries anew.
    if (stored.keeper.failure !== undefined && entry.users === 0) await this.#remove(key, entry);
    for (const [oldest, candidate] of this.#entries) {
      if (this.#bytes <= this.#parts.bytesMax) return;
      if (candidate.users === 0) await this.#remove(oldest, candidate);
    }
  }

  async #remove(key: VariantKey, entry: Entry): Promise<void> {
    if (!this.#forget(key, entry)) return;
    const stored = await entry.stored.catch(() => undefined);
    await stored?.[Symbol.asyncDispose]();
  }

  #forget(key: VariantKey, entry: Entry): boolean {
    if (this.#entries.get(key) !== entry) return false;
    this.#entries.delete(key);
    this.#bytes -= entry.bytes;
    return true;
  }
}
