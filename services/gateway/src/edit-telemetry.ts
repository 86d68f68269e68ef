import { type Log, maskBucket, promptFacts, type Span, type Tracing, traceparentOf } from '@instgenie/telemetry';
import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { EditEnd, EditWatch } from './edits/edit-desk.ts';
import type { EditSpans } from './edits/edit-spans.ts';
import type { EditTimes } from './edits/editing.ts';
import type { GatewayMetrics } from './gateway-metrics.ts';

export interface TelemetryParts {
  readonly tracing: Tracing;
  readonly metrics: GatewayMetrics;
  readonly log: Log;
}

const phases = ['gateway', 'prepare', 'queue', 'denoise', 'decode'] as const satisfies readonly PhaseOf<
  keyof EditTimes
>[];
type PhaseOf<Name> = Name extends `${infer Phase}Ms` ? Phase : never;

/** A span for each edit, in its caller's trace, with one for each part; figures and a line in the log at its end. */
export function editWatch({ tracing, metrics, log }: TelemetryParts): EditWatch {
  return {
    begin: (order, { traceparent }) => {
      const span = tracing.edits.startSpan('edit', { kind: SpanKind.SERVER }, tracing.contextOf(traceparent));
      const { traceId, spanId } = span.spanContext();
      return {
        spans: partsOf(span, tracing),
        end: (end) => {
          const code = end.error?.code ?? 'ok';
          count(metrics, end, { traceId, spanId });
          if (end.error !== undefined) span.setStatus({ code: SpanStatusCode.ERROR, message: code });
          span.setAttributes({
            'instgenie.code': code,
            'instgenie.edit': order.requestId,
            'gen_ai.output.type': 'image',
            'gen_ai.request.model': end.answer?.facts.model ?? 'none',
          });
          span.end();
          const facts = {
            traceId,
            edit: order.requestId,
            code,
            ms: Math.round(end.ms),
            prompt: promptFacts(order.prompt),
          };
          if (code === 'internal') log.error({ ...facts, err: end.error?.cause ?? end.error }, 'edit failed');
          else log.info({ ...facts, model: end.answer?.facts.model, workers: workersOf(end) }, 'edit');
        },
      };
    },
  };
}

function partsOf(edit: Span, tracing: Tracing): EditSpans {
  const context = trace.setSpan(ROOT_CONTEXT, edit);
  return {
    begin: (part, facts = {}) => {
      const kind = part === 'pick' || part === 'stay' ? SpanKind.CLIENT : SpanKind.INTERNAL;
      const span = tracing.edits.startSpan(part, { kind, attributes: { ...facts } }, context);
      return {
        traceparent: traceparentOf(span),
        note: (more) => void span.setAttributes({ ...more }),
        end: (failed) => {
          if (failed !== undefined) span.setStatus({ code: SpanStatusCode.ERROR, message: failed });
          span.end();
        },
      };
    },
  };
}

function count(
  metrics: GatewayMetrics,
  { order, answer, error, ms }: EditEnd,
  exemplarLabels: Record<string, string>,
): void {
  const model = answer?.facts.model ?? 'none';
  metrics.edits.inc({ model, code: error?.code ?? 'ok', cache: answer?.pictures[0]?.cache ?? 'none' });
  if (error?.code === 'overloaded' || error?.code === 'unavailable') {
    metrics.refused.inc({ reason: error.field ?? error.code, priority: order.priority });
  }
  if (answer === undefined) return;
  const { maskRatio, maskedTokens, steps } = answer.facts;
  metrics.duration.observe({
    labels: { model, mask_bucket: maskBucket(maskRatio) },
    value: ms / 1000,
    exemplarLabels,
  });
  for (const { times, moves } of answer.pictures) {
    for (const phase of phases) metrics.phases.observe({ model, phase }, times[`${phase}Ms`] / 1000);
    metrics.tokenSteps.inc({ model }, maskedTokens * steps);
    if (moves > 0) metrics.moves.inc({ model }, moves);
  }
}

function workersOf({ answer }: EditEnd): readonly string[] {
  return [...new Set(answer?.pictures.map(({ worker }) => worker))];
}
