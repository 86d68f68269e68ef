import { Cluster } from '../harness/cluster.ts';
import { EditMix } from '../harness/edit-mix.ts';
import { closedLoop, type Ended, offer } from '../harness/load.ts';
import { type PlainCalls, plainSender } from '../harness/senders.ts';
import { seeded } from './eviction-trace.ts';

export interface TenantOptions {
  readonly seconds: number;
  /** How often both are measured, in turns; 1 where it is not said. */
  readonly turns?: number;
  readonly workers: number;
  /** Of the workers' costs. */
  readonly timeScale?: number;
  /** Edits a second; measured where it is not said, with so many edits. */
  readonly capacity?: number;
  readonly capacityEdits?: number;
  readonly seed: number;
  readonly say: (line: string) => void;
}

export interface TenantFigures {
  /** Edits of the others, while all send their share. */
  readonly without: readonly Ended[];
  /** The same, while one sends ten times its share. */
  readonly with: readonly Ended[];
  /** Edits of that one meanwhile. */
  readonly greedy: readonly Ended[];
}

const others = ['others-1', 'others-2', 'others-3'];
const greedy = 'greedy';
/** What each tenant sends, of the cluster's capacity. */
const share = 0.15;
const greed = 10;
const deadlineMs = 5000;

interface Tenant {
  readonly name: string;
  readonly calls: PlainCalls;
  readonly mix: EditMix;
}

/** What one tenant that sends ten times its share costs the others. */
export async function measureTenants(options: TenantOptions): Promise<TenantFigures> {
  const { seconds, turns = 1, workers, seed, say, timeScale = 0.3 } = options;
  const workerSet = [`timeScale=${timeScale}`, 'side=128'];
  await using cluster = await Cluster.start({ workers, workerSet, tenants: [...others, greedy] });
  await using cleanup = new AsyncDisposableStack();
  const tenants: Tenant[] = [];
  for (const name of [...others, greedy]) {
    const mix = await EditMix.prepare(cluster.client({ tenant: name }), { templates: 4, steps: 8 });
    tenants.push({ name, mix, calls: cleanup.use(cluster.plainCalls({ tenant: name })) });
  }
  const send = ({ calls, mix }: Tenant, patienceMs = deadlineMs, random = seeded(seed)) =>
    plainSender(calls, { mix, random, deadlineMs: patienceMs });

  say('tenants: capacity');
  for (const tenant of tenants) await closedLoop({ count: 8, atOnce: 4, send: send(tenant, 60_000) });
  const sends = tenants.map((tenant) => send(tenant, 60_000));
  const capacity =
    options.capacity ?? (await capacityOf(sends, { count: options.capacityEdits ?? 160, atOnce: 12 * workers }));

  say(`tenants: ${capacity.toFixed(1)} edits a second; shares of ${share}, and one of them ${greed} times as much`);
  const round = async (turn: number, times: number) => {
    const loads = tenants.map((tenant, index) => {
      // The others send the same edits at the same times in both rounds of a turn.
      const own = 1_000_003 * (seed + index) + 7919 * turn;
      const [random, choice] = [seeded(own), seeded(own + 500_009)];
      const perSecond = share * capacity * (tenant.name === greedy ? times : 1);
      return offer({ perSecond, seconds, random, send: send(tenant, deadlineMs, choice) });
    });
    const ended = await Promise.all(loads);
    return { others: ended.slice(0, others.length).flat(), greedy: ended.at(-1) ?? [] };
  };
  const figures: { without: Ended[]; with: Ended[]; greedy: Ended[] } = { without: [], with: [], greedy: [] };
  for (let turn = 0; turn < turns; turn++) {
    figures.without.push(...(await round(turn, 1)).others);
    const ended = await round(turn, greed);
    figures.with.push(...ended.others);
    figures.greedy.push(...ended.greedy);
  }
  return figures;
}

/** Edits a second, with always enough of them there, of all tenants in turn. */
async function capacityOf(
  sends: readonly (() => Promise<'good' | 'wrong'>)[],
  loop: { readonly count: number; readonly atOnce: number },
): Promise<number> {
  const began = performance.now();
  const send = async (index: number) => (await sends[index % sends.length]?.()) ?? 'wrong';
  const all = await closedLoop({ ...loop, send });
  return (1000 * all.length) / (performance.now() - began);
}
