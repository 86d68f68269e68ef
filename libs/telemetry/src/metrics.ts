import { collectDefaultMetrics, Registry as PromRegistry } from 'prom-client';

export { Counter, Gauge, Histogram } from 'prom-client';
export type Registry = PromRegistry<typeof PromRegistry.OPENMETRICS_CONTENT_TYPE>;

/** A registry of its own for a process, in the form that carries exemplars, with what Node knows of itself. */
export function openMetrics(): Registry {
  const registry = new PromRegistry<typeof PromRegistry.OPENMETRICS_CONTENT_TYPE>();
  registry.setContentType(PromRegistry.OPENMETRICS_CONTENT_TYPE);
  collectDefaultMetrics({ register: registry });
  return registry;
}
