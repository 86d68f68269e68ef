// Compares what `instgenie plan` forecasts with what a deployment of simulated workers in real processes does.
import { parseArgs } from 'node:util';
import type { InstgenieClient } from '@instgenie/client';
import { connect, workerServiceDefinition } from '@instgenie/rpc';
import { seeded } from '../bench/eviction-trace.ts';
import { quantile } from '../bench/rows.ts';
import { Cluster } from '../harness/cluster.ts';
import { EditMix } from '../harness/edit-mix.ts';
import { offer } from '../harness/load.ts';
import { runCli } from '../harness/run-cli.ts';
import type { ServiceProcess } from '../harness/service-process.ts';

const [side, steps, templates] = [256, 28, 6];
const ratio = 0.125;
/** As simulated workers take it, beside their steps. */
const aroundMs = 70;
const shares = [0.5, 0.95, 0.99] as const;
const dayS = 86_400;
const aloneEdits = 8;
const options = { deadlineMs: 120_000 };

interface Planned {
  readonly plan: { readonly latencyMs: { readonly p50: number; readonly p95: number; readonly p99: number } };
}

/** All templates warm on all workers, as after a long time. */
async function warm(cluster: Cluster, client: InstgenieClient, mix: EditMix): Promise<void> {
  const cordon = async ({ address }: ServiceProcess, isCordoned: boolean) => {
    await using worker = connect(address, workerServiceDefinition());
    await worker.unary('Cordon', { isCordoned }, { ...options, signal: new AbortController().signal });
  };
  for (const worker of cluster.workers) {
    const others = cluster.workers.filter((each) => each !== worker);
    for (const other of others) await cordon(other, true);
    await cluster.ready(1);
    // The one that served before may still be picked for half a second: whoever is there, it does no harm.
    for (let template = 0; template < templates; template++) {
      let picked: string | undefined;
      for (let seed = 0; picked !== worker.name; seed++) {
        const { pictures } = await client.edit(mix.edit({ template, mask: 0, seed }).spec, options);
        picked = pictures[0]?.worker;
      }
    }
    for (const other of others) await cordon(other, false);
    await cluster.ready(cluster.workers.length);
  }
}

async function sayAlone(client: InstgenieClient, mix: EditMix): Promise<void> {
  const alone: number[] = [];
  for (let seed = 1; seed <= aloneEdits; seed++) {
    const began = performance.now();
    await client.edit(mix.edit({ template: 0, mask: 0, seed }).spec, options);
    alone.push(performance.now() - began);
  }
  console.log(`an edit alone: ${quantile(alone, 0.5).toFixed(0)} ms`);
}

async function measured(
  client: InstgenieClient,
  mix: EditMix,
  { perSecond, seconds }: Offer,
): Promise<readonly number[]> {
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
  const ms = ended.filter(({ outcome }) => outcome === 'good').map((each) => each.ms);
  console.log(`${perSecond.toFixed(1)} edits a second: ${ms.length} edits, ${ended.length - ms.length} failed`);
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
const set = { workerSet: [`side=${side}`], gatewaySet: ['edits.deadlineMs=120000'] };
await using cluster = await Cluster.start({ workers, ...set });
const client = cluster.client();
const mix = await EditMix.prepare(client, { templates, steps, side, maskRatios: [ratio] });
await warm(cluster, client, mix);
await sayAlone(client, mix);
for (const perWorker of [0.3, 0.6, 0.9]) {
  const load = { perSecond: perWorker * workers, seconds: Number(values.seconds) };
  const found = await measured(client, mix, load);
  const forecast = await planned(workers, load);
  for (const [at, share] of shares.entries()) {
    const [plan = 0, real = 0] = [forecast[at], found[at]];
    const times = `planned ${plan.toFixed(0)} ms, measured ${real.toFixed(0)} ms`;
    console.log(`  P${share * 100}: ${times}, ${(real / plan).toFixed(2)} times`);
  }
}
