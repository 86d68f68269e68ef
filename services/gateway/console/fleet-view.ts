import type { Api, Fleet } from './api.ts';
import { byId, element, table } from './elements.ts';
// @ts-expect-error served beside this page
import uPlot from './uplot.js';

const everyMs = 1000;
const secondsShown = 120;

const seriesNames = ['waiting', 'running', 'hits'] as const;
type SeriesName = (typeof seriesNames)[number];
type Series = (number | null)[];
interface Chart {
  setData(data: readonly Series[]): void;
  setSize(size: { readonly width: number; readonly height: number }): void;
}

/** The workers as they are now, and how that changed in the last minutes. */
export class FleetView {
  readonly #api: Api;
  readonly #status = byId('status', HTMLParagraphElement);
  readonly #workers = byId('workers', HTMLDivElement);
  readonly #times: number[] = [];
  readonly #history: Record<SeriesName, Series> = { waiting: [], running: [], hits: [] };
  readonly #load: Chart;
  readonly #hits: Chart;

  constructor(api: Api) {
    this.#api = api;
    this.#load = chart('Edits', [
      { label: 'running', stroke: '#e08a1e', fill: '#e08a1e33' },
      { label: 'waiting', stroke: '#5b8def' },
    ]);
    this.#hits = chart('Warm edits, %', [{ label: 'hit rate', stroke: '#4caf7a', fill: '#4caf7a33' }]);
  }

  /** Looks again and again, until the signal aborts. */
  async watch(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        this.#show(await this.#api.fleet(signal));
      } catch (thrown) {
        this.#status.textContent = thrown instanceof Error ? thrown.message : 'the gateway does not answer';
      }
      await new Promise((resolve) => setTimeout(resolve, everyMs));
    }
  }

  #show(fleet: Fleet): void {
    const serving = fleet.workers.filter(({ is_serving }) => is_serving).length;
    const models = fleet.models.map(({ id }) => id).join(', ');
    this.#status.textContent = `${serving} of ${fleet.workers.length} workers serve ${models || 'nothing yet'}`;
    this.#workers.replaceChildren(
      table(
        ['worker', 'state', 'running', 'waiting', 'token-steps to do', 'variants', 'memory', 'disk'],
        fleet.workers.map((worker) => [
          worker.worker,
          worker.is_ejected ? 'left out' : worker.is_serving ? 'serving' : 'not serving',
          sum(worker.models.map(({ running }) => running)),
          sum(worker.models.map(({ waiting }) => waiting)),
          sum(worker.models.map(({ masked_token_steps: steps }) => steps)),
          worker.variants,
          tier(worker.tiers.memory),
          tier(worker.tiers.disk),
        ]),
      ),
    );
    const all = fleet.workers.flatMap(({ models }) => models);
    this.#add(Date.now() / 1000, {
      waiting: sum(all.map(({ waiting }) => waiting)),
      running: sum(all.map(({ running }) => running)),
      hits: hitRate(fleet.cache),
    });
  }

  #add(seconds: number, now: Record<SeriesName, number | null>): void {
    this.#times.push(seconds);
    for (const name of seriesNames) this.#history[name].push(now[name]);
    while ((this.#times[0] ?? seconds) < seconds - secondsShown) {
      this.#times.shift();
      for (const series of Object.values(this.#history)) series.shift();
    }
    this.#load.setData([this.#times, this.#history.running, this.#history.waiting]);
    this.#hits.setData([this.#times, this.#history.hits]);
  }
}

function chart(title: string, series: readonly object[]): Chart {
  const box = byId('charts', HTMLDivElement).appendChild(element('div'));
  const size = () => ({ width: Math.max(240, box.clientWidth), height: 150 });
  const ink = getComputedStyle(document.body).color;
  const axis = { stroke: ink, grid: { stroke: '#8884', width: 1 }, ticks: { show: false } };
  const made = new uPlot(
    {
      title,
      ...size(),
      series: [{}, ...series],
      axes: [axis, { ...axis, size: 36 }],
      scales: { y: { range: (_: unknown, __: number, most: number) => [0, Math.max(1, most)] } },
      legend: { show: false },
      cursor: { show: false },
    },
    [[], ...series.map(() => [])],
    box,
  ) as Chart;
  new ResizeObserver(() => made.setSize(size())).observe(box);
  return made;
}

function hitRate(cache: Fleet['cache']): number | null {
  if (cache === undefined) return null;
  const { hit = 0, partial = 0, miss = 0 } = cache;
  const all = hit + partial + miss;
  return all === 0 ? null : (100 * hit) / all;
}

function tier({ bytes, bytes_max: most }: { readonly bytes: number; readonly bytes_max: number }): Node {
  const mib = (count: number) => `${Math.round(count / 2 ** 20)} MiB`;
  return element('meter', { max: Math.max(1, most), value: bytes, title: `${mib(bytes)} of ${mib(most)}` }, mib(bytes));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
