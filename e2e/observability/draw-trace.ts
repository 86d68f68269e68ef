// Draws one edit's trace, taken from a running deployment, as docs/images/trace.svg, and prints it as a table.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Fact } from './otlp-sink.ts';
import { editOf, gapOf, type TraceNode } from './trace-tree.ts';
import { traceEdits } from './traced-edits.ts';

const target = join(import.meta.dirname, '../../docs/images/trace.svg');
const steps = 28;
const [width, rowHeight, nameWidth, factsWidth] = [1000, 26, 200, 300] as const;
const axisHeight = 30;
const colors: Readonly<Record<string, string>> = {
  'instgenie-gateway': '#4c78a8',
  'instgenie-balancer': '#54a24b',
  'instgenie-worker': '#e45756',
};
/** Facts that are worth their room, and how they are said. */
const shown: readonly (readonly [fact: string, say: (value: Fact) => string])[] = [
  ['predicted_ms', (value) => `predicted ${value} ms`],
  ['steps', (value) => `${value} steps`],
  ['masked_tokens', (value) => `${value} masked tokens`],
  ['stall_ms', (value) => `stalled ${Number(value).toFixed(1)} ms`],
  ['chunks.memory', (value) => `${value} chunks from memory`],
  ['chunks.disk', (value) => `${value} from disk`],
  ['chunks.peer', (value) => `${value} from peers`],
  ['chunks.missed', (value) => `${value} missed`],
];

interface Row {
  readonly depth: number;
  readonly node: TraceNode;
}

function rowsOf(node: TraceNode, depth = 0): readonly Row[] {
  return [{ depth, node }, ...node.parts.flatMap((part) => rowsOf(part, depth + 1))];
}

function factsOf({ span: { facts } }: TraceNode): string {
  return shown
    .flatMap(([name, say]) => {
      const fact = facts[`instgenie.${name}`];
      return fact === undefined || fact === 0 ? [] : [say(fact)];
    })
    .join(', ');
}

/** A picture of a trace: a bar for each span, as wide as it was long. */
function draw(edit: TraceNode): string {
  const rows = rowsOf(edit);
  const { beganMs, endedMs } = edit.span;
  const plot = width - nameWidth - factsWidth;
  const x = (ms: number) => nameWidth + (plot * (ms - beganMs)) / (endedMs - beganMs);
  const bars = rows.map(({ depth, node }, at) => {
    const { span } = node;
    const y = axisHeight + at * rowHeight;
    const long = span.endedMs - span.beganMs;
    const took = long < 10 ? long.toFixed(1) : long.toFixed(0);
    return [
      `<text x="${8 + 14 * depth}" y="${y + 17}">${span.name}</text>`,
      `<rect x="${x(span.beganMs).toFixed(1)}" y="${y + 5}" width="${Math.max(1, (plot * long) / (endedMs - beganMs)).toFixed(1)}" height="${rowHeight - 10}" rx="2" fill="${colors[span.service] ?? '#888'}"/>`,
      `<text x="${width - factsWidth + 10}" y="${y + 17}">${took} ms<tspan class="facts" dx="8">${factsOf(node)}</tspan></text>`,
    ].join('');
  });
  const height = axisHeight + rows.length * rowHeight + 8;
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((share) => {
    const at = nameWidth + plot * share;
    const anchor = share === 1 ? 'end' : share === 0 ? 'start' : 'middle';
    return `<line x1="${at}" y1="${axisHeight - 4}" x2="${at}" y2="${height - 8}" class="tick"/><text x="${at}" y="16" text-anchor="${anchor}" class="facts">${Math.round(share * (endedMs - beganMs))} ms</text>`;
  });
  const legend = Object.entries(colors).map(
    ([service, color], at) =>
      `<rect x="${8 + 68 * at}" y="6" width="10" height="10" rx="2" fill="${color}"/><text x="${21 + 68 * at}" y="16" class="facts">${service.slice('instgenie-'.length)}</text>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="One edit's trace">
<style>text { font: 13px system-ui, sans-serif; fill: #222 } .facts { font-size: 11px; fill: #666 } .tick { stroke: #ddd }</style>
<rect width="${width}" height="${height}" fill="#fff"/>
${[...ticks, ...legend, ...bars].join('\n')}
</svg>
`;
}

const [traced] = await traceEdits({ edits: 1, steps });
if (traced === undefined) throw new Error('nothing was traced');
const edit = editOf(traced.spans);
await writeFile(target, draw(edit));
for (const { depth, node } of rowsOf(edit)) {
  const { name, beganMs, endedMs } = node.span;
  const at = (beganMs - edit.span.beganMs).toFixed(1).padStart(8);
  console.log(`${at} ${(endedMs - beganMs).toFixed(1).padStart(8)}  ${'  '.repeat(depth)}${name}  ${factsOf(node)}`);
}
const sampled = traced.spans.filter(({ name }) => name === 'step').length;
console.log(`${sampled} of ${steps} steps were sampled, each a trace of its own that is linked to this one`);
console.log(`the caller saw ${traced.ms.toFixed(1)} ms; ${(100 * gapOf(edit)).toFixed(1)} % of the edit is in no span`);
