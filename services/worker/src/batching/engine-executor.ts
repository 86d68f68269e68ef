import type { Edit, EditItem, Engine, StepReport } from '@instgenie/engine';
import type { StepExecutor } from './batcher.ts';

/**
 * Steps edits on an engine. What the next step of each will read is asked for while this one runs; what a step has filled
 * is given to its template before the next one.
 */
export class EngineExecutor implements StepExecutor<Edit> {
  readonly #engine: Pick<Engine, 'step'>;
  readonly #onStep: (report: StepReport, edits: readonly Edit[]) => void;

  constructor(
    engine: Pick<Engine, 'step'>,
    onStep: (report: StepReport, edits: readonly Edit[]) => void = () => undefined,
  ) {
    this.#engine = engine;
    this.#onStep = onStep;
  }

  async step(batch: readonly Edit[]): Promise<void> {
    const steps: readonly { readonly edit: Edit; readonly item: EditItem }[] = batch.map((edit) => ({
      edit,
      item: edit.nextItem(),
    }));
    for (const { edit } of steps) edit.lookAhead();
    const report = await this.#engine.step(steps.map(({ item }) => item));
    await Promise.all(steps.map(({ edit, item }) => edit.settle(item, report)));
    this.#onStep(report, batch);
  }
}
