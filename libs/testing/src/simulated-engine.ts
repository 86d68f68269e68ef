import type { Clock } from '@instgenie/domain';

/** What a step of a batch costs. */
export type StepCost<Edit extends SimulatedEdit = SimulatedEdit> = (batch: readonly Edit[]) => number;

export interface SimulatedEdit {
  readonly maskedTokens: number;
}

/** Computes nothing and takes the time that a cost model says, on any clock. */
export class SimulatedEngine<Edit extends SimulatedEdit = SimulatedEdit> {
  readonly #clock: Clock;
  readonly #stepMs: StepCost<Edit>;
  steps = 0;
  maskedTokenSteps = 0;

  constructor({ clock, stepMs }: { readonly clock: Clock; readonly stepMs: StepCost<Edit> }) {
    this.#clock = clock;
    this.#stepMs = stepMs;
  }

  async step(batch: readonly Edit[]): Promise<void> {
    const ms = this.#stepMs(batch);
    await new Promise<void>((resolve) => this.#clock.after(ms, resolve));
    this.steps++;
    this.maskedTokenSteps += batch.reduce((sum, { maskedTokens }) => sum + maskedTokens, 0);
  }
}
