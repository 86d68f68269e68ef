import type { StepExecutor } from '@instgenie/batching';
import type { Engine, StepItem, StepReport } from '@instgenie/engine';

/** What is stepped together: edits, and templates that are primed. */
export interface SteppedWork<Item extends StepItem = StepItem> {
  /** What its next step runs; undefined where there is nothing to run. */
  nextItem(): Item | undefined;
  /** Asks for what the step after the running one will read. */
  lookAhead(): void;
  settle(item: Item | undefined, report: StepReport): Promise<void>;
}

/** Steps that share a device run one after the other, in the order they came. */
export class DeviceTurns {
  #last: Promise<unknown> = Promise.resolve();

  take<Result>(work: () => Promise<Result>): Promise<Result> {
    const turn = this.#last.then(work);
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}

const nothingRun: StepReport = { totalMs: 0, nativeMs: 0, runs: 0, waitMs: 0, blocksRecomputed: 0 };

/**
 * Steps work on an engine. What the next step of each will read is asked for while this one runs; what a step has filled
 * is given to its template before the next one.
 */
export class EngineExecutor<Work extends SteppedWork> implements StepExecutor<Work> {
  readonly #engine: Pick<Engine, 'step'>;
  readonly #turns: DeviceTurns;
  readonly #onStep: (report: StepReport, works: readonly Work[], gapMs: number) => void;
  /** The last step's work, and when it ended. */
  #last: { readonly works: ReadonlySet<Work>; readonly endMs: number } = { works: new Set(), endMs: 0 };

  constructor(
    engine: Pick<Engine, 'step'>,
    {
      turns = new DeviceTurns(),
      onStep = () => undefined,
    }: {
      readonly turns?: DeviceTurns;
      /** `gapMs`: from the end of the step before, if any of its work goes on; else 0. */
      readonly onStep?: (report: StepReport, works: readonly Work[], gapMs: number) => void;
    } = {},
  ) {
    this.#engine = engine;
    this.#turns = turns;
    this.#onStep = onStep;
  }

  async step(batch: readonly Work[]): Promise<void> {
    const gapMs = batch.some((work) => this.#last.works.has(work)) ? performance.now() - this.#last.endMs : 0;
    await this.#turns.take(async () => {
      const steps = batch.map((work) => ({ work, item: work.nextItem() }));
      for (const { work } of steps) work.lookAhead();
      const items = steps.flatMap(({ item }) => item ?? []);
      const report = items.length === 0 ? nothingRun : await this.#engine.step(items);
      await Promise.all(steps.map(({ work, item }) => work.settle(item, report)));
      this.#onStep(report, batch, gapMs);
    });
    this.#last = { works: new Set(batch), endMs: performance.now() };
  }
}
