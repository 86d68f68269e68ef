import type { PrimeItem } from './inference-protocol.ts';
import type { LentStep } from './step-keeper.ts';
import type { Template } from './template.ts';

/** Priming between its start and its end: stepped from outside, alone or beside edits, like an edit. */
export class PrimeRun implements Disposable {
  readonly template: Template;
  readonly #left: number[];
  #filled: LentStep | undefined;

  constructor(template: Template) {
    this.template = template;
    this.#left = [...template.keptSteps];
  }

  get stepsTotal(): number {
    return this.template.keptSteps.length;
  }

  get stepsDone(): number {
    return this.stepsTotal - this.#left.length;
  }

  /** What the next step runs; undefined where it is kept already, or cannot be. To be settled before the next one. */
  nextItem(): PrimeItem | undefined {
    const [step] = this.#left;
    this.#filled = step === undefined ? undefined : this.template.keeper.room(step);
    if (step === undefined || this.#filled === undefined) return undefined;
    return { kind: 'prime', template: this.template.state.id, step, capture: this.#filled.activations.shared() };
  }

  lookAhead(): void {}

  /** Counts the step as done. Settles when what was computed of it is taken over. */
  async settle(): Promise<void> {
    const step = this.#left.shift();
    const filled = this.#filled;
    this.#filled = undefined;
    if (step === undefined || filled === undefined) return;
    try {
      await this.template.keeper.keep(step, filled);
    } finally {
      filled.release();
    }
  }

  [Symbol.dispose](): void {
    this.#filled?.release();
    this.#filled = undefined;
  }
}
