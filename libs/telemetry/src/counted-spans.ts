import { TraceFlags } from '@opentelemetry/api';
import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import { BatchSpanProcessor, type ReadableSpan, type SpanExporter, type SpanProcessor } from '@opentelemetry/sdk-trace';

/** What became of spans. */
export interface SpanCounts {
  /** The collector has them. */
  readonly sent: number;
  /** It did not answer, or said no. */
  readonly failed: number;
  /** Too many waited for it. */
  readonly full: number;
}

interface Limits {
  readonly waitingMax: number;
  readonly exportMs: number;
}

/** Those that wait are sent so often. */
const sendEveryMs = 1000;

/** Sends spans in the background, at most so many at a time, and counts those that never arrive. Nobody waits for it. */
export class CountedSpans implements SpanProcessor {
  readonly #batches: BatchSpanProcessor;
  readonly #waitingMax: number;
  readonly #counts = { sent: 0, failed: 0, full: 0 };
  #waiting = 0;

  constructor(exporter: SpanExporter, { waitingMax, exportMs }: Limits) {
    this.#waitingMax = waitingMax;
    this.#batches = new BatchSpanProcessor({
      exporter: this.#counted(exporter),
      maxQueueSize: waitingMax,
      scheduledDelayMillis: sendEveryMs,
      exportTimeoutMillis: exportMs,
    });
  }

  get counts(): SpanCounts {
    return { ...this.#counts };
  }

  onStart(): void {}

  onEnding(): void {}

  onEnd(span: ReadableSpan): void {
    if ((span.spanContext().traceFlags & TraceFlags.SAMPLED) === 0) return;
    if (this.#waiting >= this.#waitingMax) {
      this.#counts.full++;
      return;
    }
    this.#waiting++;
    this.#batches.onEnd(span);
  }

  forceFlush(): Promise<void> {
    return this.#batches.forceFlush();
  }

  shutdown(): Promise<void> {
    return this.#batches.shutdown();
  }

  #counted(exporter: SpanExporter): SpanExporter {
    return {
      export: (spans, done) => {
        exporter.export(spans, (result: ExportResult) => {
          this.#waiting -= spans.length;
          this.#counts[result.code === ExportResultCode.SUCCESS ? 'sent' : 'failed'] += spans.length;
          done(result);
        });
      },
      shutdown: () => exporter.shutdown(),
    };
  }
}
