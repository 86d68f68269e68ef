import { ServiceError } from '@instgenie/domain';
import type { DiskVariant } from './disk/disk-tier.ts';
import type { StepLoan } from './step-loan.ts';

/** What a filling asks of its store. */
export interface FillingHost {
  room(variant: DiskVariant, step: number): StepLoan | undefined;
  writeStep(variant: DiskVariant, step: number, loan: StepLoan): Promise<void>;
  writeManifest(variant: DiskVariant): Promise<void>;
  discard(variant: DiskVariant): Promise<void>;
  /** The filling is committed or aborted. */
  closed(variant: DiskVariant): void;
}

/**
 * A variant that is being written: step by step, in any order, then committed. Its written steps can be borrowed
 * before that, in this process. What is not committed does not outlive the process.
 */
export class VariantFilling implements AsyncDisposable {
  readonly #host: FillingHost;
  readonly #variant: DiskVariant;
  #state: 'open' | 'committed' | 'aborted' = 'open';

  constructor(host: FillingHost, variant: DiskVariant) {
    this.#host = host;
    this.#variant = variant;
  }

  /** Kept steps that are not written yet. */
  get missing(): readonly number[] {
    return this.#variant.manifest.shape.steps.filter((step) => !this.#variant.steps.has(step));
  }

  /** Memory for a step that is about to be computed; undefined where memory is short, or the step is written. */
  room(step: number): StepLoan | undefined {
    return this.#state === 'open' ? this.#host.room(this.#variant, step) : undefined;
  }

  /**
   * Writes a step that was computed into what `room` gave; it can be borrowed from now on. Throws where the disk does
   * not take it, and gives the whole filling up.
   */
  async write(step: number, loan: StepLoan): Promise<void> {
    if (this.#state !== 'open') throw new ServiceError('internal', 'the filling is closed');
    try {
      await this.#host.writeStep(this.#variant, step, loan);
    } catch (cause) {
      await this.abort();
      throw new ServiceError('internal', 'disk: activations could not be written', { cause });
    }
    this.#variant.steps.add(step);
    for (const chunk of loan.offsets.keys()) loan.gate.settle(chunk, 'ready');
  }

  /** Makes the variant last. Every kept step must be written. */
  async commit(): Promise<void> {
    if (this.#state !== 'open' || this.missing.length > 0) {
      throw new ServiceError('internal', `the filling cannot be committed: ${this.missing.length} steps are missing`);
    }
    try {
      await this.#host.writeManifest(this.#variant);
    } catch (cause) {
      await this.abort();
      throw new ServiceError('internal', 'disk: activations could not be written', { cause });
    }
    this.#variant.isWhole = true;
    this.#state = 'committed';
    this.#host.closed(this.#variant);
  }

  /** Removes what was written. Does nothing once it is committed. */
  async abort(): Promise<void> {
    if (this.#state !== 'open') return;
    this.#state = 'aborted';
    this.#host.closed(this.#variant);
    await this.#host.discard(this.#variant);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.abort();
  }
}
