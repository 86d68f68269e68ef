import { collectDefaultMetrics, Gauge, Registry as PromRegistry } from 'prom-client';

export { Counter, Gauge, Histogram } from 'prom-client';
export type Registry = PromRegistry<typeof PromRegistry.OPENMETRICS_CONTENT_TYPE>;

/** A registry of its own for a process, in the form that carries exemplars, with what Node knows of itself. */
export function openMetrics(): Registry {
  const registry = new PromRegistry<typeof PromRegistry.OPENMETRICS_CONTENT_TYPE>();
  registry.setContentType(PromRegistry.OPENMETRICS_CONTENT_TYPE);
  collectDefaultMetrics({ register: registry });
  return registry;
}

/** A figure that is read when somebody looks: one, or one for each value of a label. */
export function readGauge(
  registry: Registry,
  { name, help, label }: { readonly name: string; readonly help: string; readonly label?: string },
  read: () => Iterable<readonly [value: number, label?: string]>,
): void {
  const gauge = new Gauge({
    name: `instgenie_${name}`,
    help,
    labelNames: label === undefined ? [] : [label],
    registers: [],
    collect() {
      this.reset();
      for (const [value, of = ''] of read()) {
        if (label === undefined) this.set(value);
        else this.set({ [label]: of }, value);
      }
    },
  });
  registry.registerMetric(gauge);
}

/** Mask ratios in bounded labels. */
export function maskBucket(ratio: number): string {
  const upTo = [0.05, 0.1, 0.2, 0.35, 0.5, 1].find((bound) => ratio <= bound) ?? 1;
  return `le_${upTo}`;
}
