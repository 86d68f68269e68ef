import type { Clock } from '@instgenie/domain';
import type { Span, Tracer } from '@instgenie/telemetry';
import { type Attributes, ROOT_CONTEXT, SpanStatusCode, trace } from '@opentelemetry/api';

/** The parts of an edit. */
export const phases = ['decode', 'template', 'encode', 'queue', 'denoise', 'finish'] as const;
export type Phase = (typeof phases)[number];

/** A part of an edit that goes on. */
export interface RunningPhase {
  readonly span: Span;
  pause(): void;
  resume(): void;
  end(attributes?: Attributes): void;
}

/** What the parts of an edit take, ms, and a span for each. */
export class PhaseTimes {
  readonly #clock: Clock;
  readonly #tracer: Tracer;
  readonly #parent: Span;
  readonly #beganMs: number;
  readonly #spentMs = new Map<Phase, number>();

  constructor(clock: Clock, tracer: Tracer, parent: Span) {
    this.#clock = clock;
    this.#tracer = tracer;
    this.#parent = parent;
    this.#beganMs = clock.now();
  }

  /** 0 for a part that was not there. */
  of(phase: Phase): number {
    return this.#spentMs.get(phase) ?? 0;
  }

  get totalMs(): number {
    return this.#clock.now() - this.#beganMs;
  }

  /** A part from now on; time between `pause` and `resume` is not its. */
  begin(phase: Phase): RunningPhase {
    const span = this.#tracer.startSpan(phase, {}, trace.setSpan(ROOT_CONTEXT, this.#parent));
    let sinceMs: number | undefined = this.#clock.now();
    const pause = () => {
      if (sinceMs !== undefined) this.#spentMs.set(phase, this.of(phase) + this.#clock.now() - sinceMs);
      sinceMs = undefined;
    };
    return {
      span,
      pause,
      resume: () => {
        sinceMs ??= this.#clock.now();
      },
      end: (attributes = {}) => {
        pause();
        span.setAttributes(attributes).end();
      },
    };
  }

  async run<Result>(phase: Phase, work: () => Promise<Result>): Promise<Result> {
    const running = this.begin(phase);
    try {
      return await work();
    } catch (thrown) {
      running.span.setStatus({ code: SpanStatusCode.ERROR });
      throw thrown;
    } finally {
      running.end();
    }
  }
}
