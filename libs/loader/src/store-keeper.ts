import { type Mode, ServiceError, type VariantKey, type VariantShape } from '@instgenie/domain';
import { type ActivationLayout, type LentStep, StepActivations, type StepKeeper } from '@instgenie/engine';
import type { ActivationStore, StepLoan, VariantFilling } from '@instgenie/store';
import { chunksRead } from './chunks-read.ts';

/** A variant, and how its chunks are made. */
export interface KeptVariant {
  readonly key: VariantKey;
  readonly layout: ActivationLayout;
  readonly shape: VariantShape;
  /** What computing it once takes, about, ms. */
  readonly recomputeMs: number;
}

/**
 * Keeps a template's activations in a store. Edits never fail for it: where the store cannot take something, the edit
 * goes on without keeping it, and `failure` says why.
 */
export class StoreKeeper implements StepKeeper, AsyncDisposable {
  readonly variant: KeptVariant;
  readonly #store: ActivationStore;
  /** What `room` gave, by what the engine has of it. */
  readonly #rooms = new WeakMap<LentStep, StepLoan>();
  #filling: VariantFilling | undefined;
  #isRefused = false;
  #failure: ServiceError | undefined;

  constructor(store: ActivationStore, variant: KeptVariant) {
    this.#store = store;
    this.variant = variant;
  }

  /** Why something could not be kept; undefined while all goes well. */
  get failure(): ServiceError | undefined {
    return this.#failure;
  }

  borrow(kept: number, modes: readonly Mode[]): LentStep | undefined {
    const chunks = chunksRead(this.variant.layout, modes);
    if (chunks === undefined || chunks.length === 0) return undefined;
    const loan = this.#store.borrow(this.variant.key, { step: kept, chunks });
    return loan === undefined ? undefined : this.#lent(loan);
  }

  room(kept: number): LentStep | undefined {
    const loan = this.#open()?.room(kept);
    if (loan === undefined) return undefined;
    const lent = this.#lent(loan);
    this.#rooms.set(lent, loan);
    return lent;
  }

  async keep(kept: number, filled: LentStep): Promise<void> {
    const filling = this.#filling;
    const loan = this.#rooms.get(filled);
    if (filling === undefined || loan === undefined) return;
    try {
      await filling.write(kept, loan);
      if (filling.missing.length > 0) return;
      await filling.commit();
      this.#filling = undefined;
    } catch (thrown) {
      this.#refuse(thrown);
    }
  }

  async encoded(name: string, encode: () => Promise<Float32Array>): Promise<Float32Array> {
    const { key } = this.variant;
    const known = await this.#store.encoding(key, name);
    if (known !== undefined && known.byteLength % Float32Array.BYTES_PER_ELEMENT === 0) {
      return new Float32Array(known.slice().buffer);
    }
    const made = await encode();
    this.#store.keepEncoding(key, name, new Uint8Array(made.buffer, made.byteOffset, made.byteLength));
    return made;
  }

  /** Gives up a variant that is not whole. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#filling?.abort();
  }

  #open(): VariantFilling | undefined {
    if (this.#filling !== undefined || this.#isRefused) return this.#filling;
    const { key, shape, recomputeMs } = this.variant;
    try {
      this.#filling = this.#store.fill(key, { shape, recomputeMs });
    } catch (thrown) {
      this.#refuse(thrown);
    }
    return this.#filling;
  }

  #refuse(thrown: unknown): void {
    this.#filling = undefined;
    this.#isRefused = true;
    this.#failure = ServiceError.from(thrown);
  }

  #lent(loan: StepLoan): LentStep {
    return {
      activations: new StepActivations(this.variant.layout, loan),
      // A read may have to wait for the one before it.
      deadlineMs: 2 * this.#store.readDeadlineMs,
      found: loan.found,
      release: () => loan.release(),
    };
  }
}
