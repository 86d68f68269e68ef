// Compares what `instgenie plan` forecasts with what a deployment of simulated workers in real processes does.
import { parseArgs } from 'node:util';
import { seeded } from '../bench/eviction-trace.ts';
import { quantile } from '../bench/rows.ts';
import { Cluster } from '../harness/cluster.ts';
import { EditMix } from '../harness/edit-mix.ts';
import { offer } from '../harness/load.ts';
import { runCli } from '../harness/run-cli.ts';

const [side, steps, templates] = [256, 28, 16];
const ratio = 0.125;
/** As simulated workers take it, beside their steps. */
const aroundMs = 70;
const shares = [0.5, 0.95, 0.99] as const;
const dayS = 86_400;
const aloneEdits = 8;

interface Planned {
  readonly plan: { readonly latencyMs: { readonly p50: number; readonly p95: number; readonly p99: number } };
}

async function measured(workers: number, { perSecond, seconds }: Offer): Promise<readonly number[]> {
  await using cluster = await Cluster.start({
    workers,
    workerSet: [`side=${side}`],
    gatewaySet: ['edits.deadlineMs=120000'],
  });
  const client = cluster.client();
  const mix = await EditMix.prepare(client, { templates, steps, side, maskRatios: [ratio] });
  const options = { deadlineMs: 120_000 };
  for (let template = 0; template < templates; template++) {
    await client.edit(mix.edit({ template, mask: 0, seed: 0 }).spec, options);
  }
  const alone: number[] = [];
  for (let seed = 1; seed <= aloneEdits; seed++) {
    const began = performance.now();
    await client.edit(mix.edit({ template: 0, mask: 0, seed }).spec, options);
    alone.push(performance.now() - began);
  }
  console.error(`an edit alone: ${quantile(alone, 0.5).toFixed(0)} ms`);
  const random = seeded(5);
  const ended = await offer({
    perSecond,
    seconds,
    random: seeded(4),
    send: async () => {
      await client.edit(mix.next(random).spec, options);
      return 'good';
    },
  });
  const bad = ended.filter(({ outcome }) => outcome !== 'good').length;
  if (bad > 0) console.error(`${bad} of ${ended.length} edits failed`);
  const ms = ended.filter(({ outcome }) => outcome === 'good').map((each) => each.ms);
  console.error(`${workers} workers, ${perSecond} edits a second: ${ms.length} edits`);
  return shares.map((share) => quantile(ms, share));
}

async function planned(workers: number, { perSecond }: Offer): Promise<readonly number[]> {
  const flags = {
    templates,
    'edits-per-day': Math.round(perSecond * dayS),
    masks: ratio,
    workers,
    peak: 1,
    'around-ms': aroundMs,
    'keep-every': 4,
    'memory-gb': 1000,
  };
  const args = Object.entries(flags).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const { p50, p95, p99 } = ((await runCli(['plan', ...args])) as Planned).plan.latencyMs;
  return [p50, p95, p99];
}

interface Offer {
  readonly perSecond: number;
  readonly seconds: number;
}

const { values } = parseArgs({
  options: { workers: { type: 'string', default: '2' }, seconds: { type: 'string', default: '90' } },
});
const workers = Number(values.workers);
for (const perWorker of [0.3, 0.6, 0.9]) {
  const load = { perSecond: perWorker * workers, seconds: Number(values.seconds) };
  const forecast = await planned(workers, load);
  const found = await measured(workers, load);
  for (const [at, share] of shares.entries()) {
    const [plan = 0, real = 0] = [forecast[at], found[at]];
    console.log(
      `${load.perSecond.toFixed(1)} edits a second, P${share * 100}: planned ${plan.toFixed(0)} ms, measured ${real.toFixed(0)} ms, ${(real / plan).toFixed(2)} times`,
    );
  }
}
