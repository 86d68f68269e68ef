import type { SinkSpan } from './otlp-sink.ts';

/** A span with what it is made of. */
export interface TraceNode {
  readonly span: SinkSpan;
  /** As they began. */
  readonly parts: readonly TraceNode[];
}

/** A trace from a span on down. */
export function treeOf(spans: readonly SinkSpan[], root: SinkSpan): TraceNode {
  const parts = spans
    .filter(({ parentId }) => parentId === root.spanId)
    .toSorted((a, b) => a.beganMs - b.beganMs)
    .map((span) => treeOf(spans, span));
  return { span: root, parts };
}

/** The edit of a trace, as its gateway sees it. Throws where there is none. */
export function editOf(spans: readonly SinkSpan[]): TraceNode {
  const root = spans.find(({ name, service }) => name === 'edit' && service === 'instgenie-gateway');
  if (root === undefined) throw new Error('the trace has no edit');
  return treeOf(spans, root);
}

export function all(node: TraceNode): readonly SinkSpan[] {
  return [node.span, ...node.parts.flatMap(all)];
}

/** Share of an edit's time that none of its smallest spans tells of. Those that overlap count once. */
export function gapOf(edit: TraceNode): number {
  const { beganMs, endedMs } = edit.span;
  let told = 0;
  let untilMs = beganMs;
  for (const leaf of leavesOf(edit).toSorted((a, b) => a.beganMs - b.beganMs)) {
    const from = Math.max(untilMs, leaf.beganMs);
    const to = Math.min(endedMs, leaf.endedMs);
    if (to <= from) continue;
    told += to - from;
    untilMs = to;
  }
  return 1 - told / (endedMs - beganMs);
}

function leavesOf({ span, parts }: TraceNode): readonly SinkSpan[] {
  // A pick is one part, of which the balancer's own decision is the smallest piece: the rest is the way there.
  return parts.length === 0 || span.name === 'pick' ? [span] : parts.flatMap(leavesOf);
}
