import type { Series } from './prometheus-server.ts';

/** A panel with what Prometheus said to its queries. */
export interface DrawnPanel {
  readonly title: string;
  readonly unit: string;
  readonly isHeat: boolean;
  readonly answers: readonly { readonly legend: string; readonly series: readonly Series[] }[];
}

interface Line {
  readonly name: string;
  readonly points: readonly (readonly [seconds: number, value: number])[];
}

const columns = 3;
const [cellWidth, cellHeight, margin] = [320, 180, 12] as const;
const plot = { left: 46, top: 26, width: cellWidth - 58, height: cellHeight - 62 } as const;
const colors = ['#4c78a8', '#f58518', '#54a24b', '#e45756', '#72b7b2', '#b279a2', '#9d755d', '#eeca3b'];
const namesMax = 5;

/** A picture of a dashboard as a running deployment filled it, for where no Grafana is: small panels side by side. */
export function drawDashboard(title: string, panels: readonly DrawnPanel[]): string {
  const width = columns * (cellWidth + margin) + margin;
  const height = 40 + Math.ceil(panels.length / columns) * (cellHeight + margin);
  const cells = panels.map((panel, at) => {
    const x = margin + (at % columns) * (cellWidth + margin);
    const y = 36 + Math.floor(at / columns) * (cellHeight + margin);
    return `<g transform="translate(${x} ${y})">${drawPanel(panel)}</g>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escape(title)}">
<style>text { font: 10px system-ui, sans-serif; fill: #555 } .t { font-size: 12px; font-weight: 600; fill: #222 } .h { font-size: 16px; font-weight: 600; fill: #222 } polyline { fill: none; stroke-width: 1.5 }</style>
<rect width="${width}" height="${height}" fill="#f4f5f7"/>
<text class="h" x="${margin}" y="24">${escape(title)}</text>
${cells.join('\n')}
</svg>
`;
}

function drawPanel(panel: DrawnPanel): string {
  const lines = panel.answers.flatMap(({ legend, series }) => series.map((each) => lineOf(legend, each)));
  const frame = `<rect width="${cellWidth}" height="${cellHeight}" rx="4" fill="#fff" stroke="#ddd"/><text class="t" x="8" y="17">${escape(panel.title)}</text>`;
  const seconds = lines.flatMap(({ points }) => points.map(([at]) => at));
  const [from, to] = [Math.min(...seconds), Math.max(...seconds)];
  const x = (at: number) => plot.left + (plot.width * (at - from)) / Math.max(1, to - from);
  return frame + (panel.isHeat ? drawHeat(lines, x) : drawLines(lines, { x, unit: panel.unit }));
}

function drawLines(lines: readonly Line[], { x, unit }: { readonly x: (at: number) => number; readonly unit: string }) {
  const most = Math.max(0, ...lines.flatMap(({ points }) => points.map(([, value]) => value))) || 1;
  const y = (value: number) => plot.top + plot.height * (1 - value / most);
  const drawn = lines.map(({ points }, at) => {
    const path = points.map(([seconds, value]) => `${x(seconds).toFixed(1)},${y(value).toFixed(1)}`).join(' ');
    return `<polyline points="${path}" stroke="${colors[at % colors.length]}"/>`;
  });
  const named = lines.slice(0, namesMax).map(({ name }, at) => {
    const place = `x="${8 + (at % 3) * 104}" y="${cellHeight - 18 + 12 * Math.floor(at / 3)}"`;
    return `<text ${place} style="fill:${colors[at % colors.length]}">${escape(name.slice(0, 20))}</text>`;
  });
  const axis = [0, most].map(
    (value) => `<text x="${plot.left - 4}" y="${y(value) + 4}" text-anchor="end">${say(value, unit)}</text>`,
  );
  return [...axis, ...drawn, ...named].join('');
}

/** Buckets from below to above; what is in each, less what is in the one below it. */
function drawHeat(lines: readonly Line[], x: (at: number) => number): string {
  const bounded = lines.toSorted(
    (a, b) => Number(a.name.replace('+Inf', 'Infinity')) - Number(b.name.replace('+Inf', 'Infinity')),
  );
  const cells = bounded.map(({ points }, at) => {
    const below = new Map(bounded[at - 1]?.points);
    return points.map(([seconds, value]) => [seconds, Math.max(0, value - (below.get(seconds) ?? 0))] as const);
  });
  const most = Math.max(0, ...cells.flat().map(([, value]) => value)) || 1;
  const rowHeight = plot.height / bounded.length;
  return cells
    .flatMap((row, at) => [
      `<text x="${plot.left - 4}" y="${plot.top + plot.height - at * rowHeight - rowHeight / 2 + 4}" text-anchor="end">${escape(bounded[at]?.name ?? '')}</text>`,
      ...row
        .filter(([, value]) => value > 0)
        .map(
          ([seconds, value]) =>
            `<rect x="${x(seconds).toFixed(1)}" y="${(plot.top + plot.height - (at + 1) * rowHeight).toFixed(1)}" width="4" height="${rowHeight.toFixed(1)}" fill="#f58518" opacity="${(0.15 + (0.85 * value) / most).toFixed(2)}"/>`,
        ),
    ])
    .join('');
}

function lineOf(legend: string, { metric, values }: Series): Line {
  const name = legend.replaceAll(/\{\{(\w+)\}\}/g, (_, label: string) => metric[label] ?? '');
  const points = values
    .map(([at, value]) => [at, Number(value)] as const)
    .filter(([, value]) => Number.isFinite(value));
  return { name, points };
}

function say(value: number, unit: string): string {
  if (unit === 'percentunit') return `${Number((100 * value).toPrecision(2))} %`;
  if (unit === 's' && value > 0 && value < 1) return `${Number((1000 * value).toPrecision(2))} ms`;
  const [scale, name] = value >= 2 ** 20 ? [2 ** 20, ' Mi'] : value >= 1000 ? [1000, ' k'] : [1, ''];
  return `${Number((value / scale).toPrecision(2))}${name}${unit === 's' ? ' s' : ''}`;
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
