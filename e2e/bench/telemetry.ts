import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { Cluster } from '../harness/cluster.ts';
import { EditMix } from '../harness/edit-mix.ts';
import { closedLoop, counts } from '../harness/load.ts';
import { editOf, gapOf } from '../observability/trace-tree.ts';
import { traceEdits } from '../observability/traced-edits.ts';
import { seeded } from './eviction-trace.ts';
import { type Bench, type BenchContext, median, quantile, row } from './rows.ts';

const deadlineMs = 60_000;
const atOnce = 16;
const cpu = /^process_cpu_seconds_total ([\d.e+-]+)/m;

/** What traces cost, and whether they tell all of an edit's time. */
export const benchTelemetry: Bench = async (context) => {
  const { on, off } = await measureCost(context);
  context.say('how much of an edit its spans tell of ...');
  const gaps = await measureGaps(context);
  // Of each round by itself: what else the machine does changes slowly.
  const cost = 1 - median(on.perSecond.map((perSecond, round) => perSecond / (off.perSecond[round] ?? perSecond)));
  return {
    rows: [
      { ...row('telemetry.throughput_cost', cost, { unit: 'ratio', atMost: 0.02 }), engine: 'simulated' },
      { ...row('telemetry.edits_s.traced', median(on.perSecond), { unit: '1/s' }), engine: 'simulated' },
      { ...row('telemetry.edits_s.untraced', median(off.perSecond), { unit: '1/s' }), engine: 'simulated' },
      { ...row('telemetry.cpu_ms.traced', median(on.cpuMs), { unit: 'ms' }), engine: 'simulated' },
      { ...row('telemetry.cpu_ms.untraced', median(off.cpuMs), { unit: 'ms' }), engine: 'simulated' },
      row('trace.span_gap', median(gaps), { unit: 'ratio', atMost: 0.05 }),
      row('trace.span_gap.p90', quantile(gaps, 0.9), { unit: 'ratio' }),
    ],
  };
};

interface Figures {
  readonly perSecond: number[];
  /** Of gateway and balancer, for an edit. */
  readonly cpuMs: number[];
}

/**
 * One deployment whose devices are always busy: what telemetry costs them, or who feeds them, is missing in the rate. Callers
 * say whether an edit is traced, in turns.
 */
async function measureCost({ isQuick, say }: BenchContext): Promise<{ readonly on: Figures; readonly off: Figures }> {
  await using collector = await startCollector();
  const traces = `traces.endpoint=http://127.0.0.1:${collector.port}/v1/traces`;
  await using cluster = await Cluster.start({
    workers: 2,
    workerSet: ['timeScale=0.05', 'side=128'],
    gatewaySet: [traces],
    balancerSet: [traces, 'limits.waitMsMax=60000'],
  });
  const client = cluster.client();
  const mix = await EditMix.prepare(client, { templates: 4, steps: 28 });
  const figures = { on: { perSecond: [], cpuMs: [] }, off: { perSecond: [], cpuMs: [] } } as Record<
    'on' | 'off',
    Figures
  >;
  const rounds = isQuick ? 9 : 41;
  const count = isQuick ? 48 : 160;
  say(`${rounds} rounds with and without traces ...`);
  const run = async (
    flags: '00' | '01',
    seed: number,
  ): Promise<{ readonly perSecond: number; readonly cpuMs: number }> => {
    const random = seeded(seed);
    const send = async () => {
      const { spec, expected } = mix.next(random);
      const traceparent = `00-${randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-${flags}`;
      const { pictures } = await client.edit(spec, { deadlineMs, traceparent });
      return expected.equals(pictures[0]?.image ?? Buffer.of()) ? 'good' : 'wrong';
    };
    const cpuBefore = await cpuSeconds(cluster);
    const began = performance.now();
    const { good = 0 } = counts(await closedLoop({ count, atOnce, send }));
    if (good !== count) throw new Error(`of ${count} edits ${good} were good`);
    const seconds = (performance.now() - began) / 1000;
    return { perSecond: count / seconds, cpuMs: (1000 * ((await cpuSeconds(cluster)) - cpuBefore)) / count };
  };
  await run('00', 0);
  for (let round = 1; round <= rounds; round++) {
    for (const name of round % 2 === 0 ? (['on', 'off'] as const) : (['off', 'on'] as const)) {
      const { perSecond, cpuMs } = await run(name === 'on' ? '01' : '00', round);
      figures[name].perSecond.push(perSecond);
      figures[name].cpuMs.push(cpuMs);
    }
  }
  return figures;
}

async function cpuSeconds(cluster: Cluster): Promise<number> {
  const texts = await Promise.all([...cluster.gateways, ...cluster.balancers].map((process) => process.metrics()));
  return texts.reduce((sum, text) => sum + Number(cpu.exec(text)?.[1] ?? 0), 0);
}

/** One that takes everything and keeps nothing: what a collector does is not ours. */
async function startCollector() {
  const server = createServer((request, response) => {
    request.resume().once('end', () => response.end());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' ? (address?.port ?? 0) : 0,
    [Symbol.asyncDispose]: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

async function measureGaps({ isQuick }: BenchContext): Promise<readonly number[]> {
  const edits = await traceEdits({ edits: isQuick ? 5 : 31, steps: 40 });
  return edits.map(({ spans }) => gapOf(editOf(spans)));
}
