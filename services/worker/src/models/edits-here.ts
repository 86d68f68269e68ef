import type { Batcher, TimedEdit } from '@instgenie/batching';
import type { Clock } from '@instgenie/domain';
import type { Stage } from '../stages/stage.ts';
import { CompletionRate } from './completion-rate.ts';
import { type Forecast, ForecastMargin } from './finish-forecast.ts';

/** How much of what is usual an edit replaces. */
const share = 1 / 16;

/** An edit that is in a host. */
interface HostEntry extends Disposable {
  /** It is ready to be stepped. */
  encoded(maskedTokens: number): void;
  /** It has a result. */
  done(): void;
}

interface EditsHereParts {
  readonly clock: Clock;
  readonly stage: Pick<Stage, 'tookMs'>;
  readonly batcher: Pick<Batcher<never>, 'predictMs'>;
  /** A step of such a batch, as far as is known, ms. */
  readonly stepMs: (batch: readonly TimedEdit[]) => number;
}

/** Edits that are in a host, and when one that came now would be done. */
export class EditsHere {
  readonly #parts: EditsHereParts;
  /** Masked tokens of the edits of late, faded. */
  #usualTokens = 0;
  /** Edits that are not encoded yet. */
  #before = 0;
  readonly #ends = new CompletionRate();
  readonly #margin = new ForecastMargin();

  constructor(parts: EditsHereParts) {
    this.#parts = parts;
  }

  /** An edit comes: it counts in forecasts until it is disposed of, and as one to be encoded until then. */
  enter(forecast: Forecast): HostEntry {
    const { clock } = this.#parts;
    this.#before++;
    const beganMs = clock.now();
    this.#ends.enter(beganMs);
    let [isEncoded, isDone] = [false, false];
    const encoded = () => {
      if (!isEncoded) this.#before--;
      isEncoded = true;
    };
    return {
      encoded: (maskedTokens) => {
        encoded();
        this.#usualTokens += (maskedTokens - this.#usualTokens) * (this.#usualTokens === 0 ? 1 : share);
      },
      done: () => {
        isDone = true;
      },
      [Symbol.dispose]: () => {
        encoded();
        const nowMs = clock.now();
        this.#ends.leave(nowMs, { isDone });
        this.#margin.observe(forecast, nowMs - beganMs, { isCut: !isDone });
      },
    };
  }

  /**
   * When an edit would be done that came now, before its mask is known, about: encoders and decoder have one line, the
   * blocks another, and the slower one of them decides; but no sooner than edits have been ending of late. 0 before the
   * first edit.
   */
  forecast(steps: number): Forecast {
    if (this.#usualTokens === 0) return { aloneMs: 0, expectedMs: 0 };
    const { stage, batcher, stepMs } = this.#parts;
    const { usual: encodeMs, urgent: decodeMs } = stage.tookMs;
    const edit = { maskedTokens: this.#usualTokens, stepsLeft: steps };
    const stepsMs = batcher.predictMs(Array.from({ length: this.#before + 1 }, () => edit));
    const stageMs = (this.#before + 1) * encodeMs + (this.#ends.here + 1) * decodeMs;
    return {
      aloneMs: encodeMs + steps * stepMs([edit]) + decodeMs,
      expectedMs: Math.max(stageMs, encodeMs + stepsMs + decodeMs, this.#ends.predictedMs),
    };
  }

  /** The same, so late that hardly an edit is later, ms. */
  safeMs(forecast: Forecast): number {
    return this.#margin.safeMs(forecast);
  }
}
