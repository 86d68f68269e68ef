import { type Context, ROOT_CONTEXT, type Span, type Tracer, trace } from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { defaultResource, resourceFromAttributes } from '@opentelemetry/resources';
import {
  AlwaysOnSampler,
  ParentBasedSampler,
  SimpleSpanProcessor,
  type SpanExporter,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { CountedSpans, type SpanCounts } from './counted-spans.ts';

export interface TracingSettings {
  readonly service: string;
  readonly instance: string;
  /** Where spans go by OTLP over HTTP, such as `http://collector:4318/v1/traces`. Nowhere without it. */
  readonly endpoint?: string;
  /** The share of edits without a parent that are traced, 0 to 1. */
  readonly sampleShare: number;
  /** The share of steps that are, 0 to 1. */
  readonly stepShare: number;
}

/** The tracers of a process. Context is passed by hand: nothing is global. */
export interface Tracing extends AsyncDisposable {
  readonly edits: Tracer;
  readonly steps: Tracer;
  /** The context that a caller's `traceparent` names; the root of a new trace without one. */
  readonly contextOf: (traceparent: string | undefined) => Context;
  /** What became of spans so far; undefined where none are sent. */
  readonly counts: () => SpanCounts | undefined;
}

const queueMax = 2048;
const exportTimeoutMs = 2_000;
const propagator = new W3CTraceContextPropagator();

/** Opens tracing. Whether the collector answers changes nothing but how many spans are dropped. */
export function openTracing(settings: TracingSettings, exporter?: SpanExporter): Tracing {
  const { service, instance, endpoint, sampleShare, stepShare } = settings;
  const processor = processorOf(endpoint, exporter);
  const resource = defaultResource().merge(
    resourceFromAttributes({ 'service.name': service, 'service.instance.id': instance }),
  );
  const provider = (share: number) =>
    new TracerProvider({
      resource,
      sampler: new ParentBasedSampler({
        root: share >= 1 ? new AlwaysOnSampler() : new TraceIdRatioBasedSampler(processor === undefined ? 0 : share),
      }),
      spanProcessors: processor === undefined ? [] : [processor],
    });
  const [edits, steps] = [provider(sampleShare), provider(stepShare)];
  return {
    edits: edits.getTracer('instgenie'),
    steps: steps.getTracer('instgenie.steps'),
    contextOf: (traceparent) =>
      traceparent === undefined
        ? ROOT_CONTEXT
        : propagator.extract(
            ROOT_CONTEXT,
            { traceparent },
            { get: (carrier, key) => (key === 'traceparent' ? carrier.traceparent : undefined), keys: Object.keys },
          ),
    counts: () => (processor instanceof CountedSpans ? processor.counts : undefined),
    [Symbol.asyncDispose]: async () => {
      await edits.shutdown().catch(() => undefined);
    },
  };
}

/** What names a span to the next process. */
export function traceparentOf(span: Span): string {
  const carrier: Record<string, string> = {};
  propagator.inject(trace.setSpan(ROOT_CONTEXT, span), carrier, { set: (target, key, value) => (target[key] = value) });
  return carrier['traceparent'] ?? '';
}

function processorOf(endpoint: string | undefined, exporter: SpanExporter | undefined) {
  if (exporter !== undefined) return new SimpleSpanProcessor({ exporter });
  if (endpoint === undefined) return undefined;
  return new CountedSpans(new OTLPTraceExporter({ url: endpoint, timeoutMillis: exportTimeoutMs }), {
    waitingMax: queueMax,
    exportMs: exportTimeoutMs,
  });
}
