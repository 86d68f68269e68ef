export { type Span, type SpanContext, type Tracer } from '@opentelemetry/api';
export type { SpanCounts } from './counted-spans.ts';
export { type Log, openLog, promptFacts } from './log.ts';
export {
  Counter,
  countSpans,
  type Figures,
  Gauge,
  Histogram,
  maskBucket,
  openMetrics,
  type Registry,
  readCounter,
  readGauge,
} from './metrics.ts';
export { type OpsServer, serveOps } from './ops-server.ts';
export { openTracing, type Tracing, type TracingSettings, traceparentOf } from './tracing.ts';
