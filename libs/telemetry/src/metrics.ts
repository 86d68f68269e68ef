import { Counter, collectDefaultMetrics, Gauge, Registry as PromRegistry } from 'prom-client';
import type { Tracing } from './tracing.ts';

export { Counter, Gauge, Histogram } from 'prom-client';
export type Registry = PromRegistry<typeof PromRegistry.OPENMETRICS_CONTENT_TYPE>;

/** A registry of its own for a process, in the form that carries exemplars, with what Node knows of itself. */
export function openMetrics(): Registry {
  const registry = new PromRegistry<typeof PromRegistry.OPENMETRICS_CONTENT_TYPE>();
  registry.setContentType(PromRegistry.OPENMETRICS_CONTENT_TYPE);
  collectDefaultMetrics({ register: registry });
  return registry;
}

export interface ReadMetric {
  /** Without `instgenie_`. */
  readonly name: string;
  readonly help: string;
  readonly label?: string;
}

/** Figures with what their label says. */
export type Figures = Iterable<readonly [value: number, label?: string]>;

/** A figure that is read when somebody looks: one, or one for each value of a label; none where it cannot be had. */
export function readGauge(
  registry: Registry,
  { name, help, label }: ReadMetric,
  read: () => Figures | Promise<Figures>,
): void {
  const gauge = new Gauge({
    name: `instgenie_${name}`,
    help,
    labelNames: label === undefined ? [] : [label],
    registers: [],
    async collect() {
      const figures = await read();
      this.reset();
      for (const [value, of = ''] of figures) {
        if (label === undefined) this.set(value);
        else this.set({ [label]: of }, value);
      }
    },
  });
  registry.registerMetric(gauge);
}

/** The same for what only grows; `name` ends with `_total`. */
export function readCounter(registry: Registry, { name, help, label }: ReadMetric, read: () => Figures): void {
  const counter = new Counter({
    name: `instgenie_${name}`,
    help,
    labelNames: label === undefined ? [] : [label],
    registers: [],
    collect() {
      this.reset();
      for (const [value, of = ''] of read()) this.inc(label === undefined ? {} : { [label]: of }, value);
    },
  });
  registry.registerMetric(counter);
}

/** What becomes of spans, where some are sent. */
export function countSpans(registry: Registry, { counts }: Pick<Tracing, 'counts'>): void {
  const help = 'Spans by what became of them: sent, failed (no collector took them), full (too many waited).';
  readCounter(registry, { name: 'spans_total', help, label: 'outcome' }, () =>
    Object.entries(counts() ?? {}).map(([outcome, count]) => [count, outcome] as const),
  );
}

/** Mask ratios in bounded labels. */
export function maskBucket(ratio: number): string {
  const upTo = [0.05, 0.1, 0.2, 0.35, 0.5, 1].find((bound) => ratio <= bound) ?? 1;
  return `le_${upTo}`;
}
