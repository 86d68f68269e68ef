import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Plan, type StorageType, stepBytes, uniformPlan } from '@instgenie/domain';
import { Engine, Template } from '@instgenie/engine';
import { type BlockOption, exactPlan, greedyPlan, type PlanningProblem } from '@instgenie/planner';
import { ActivationStore } from '@instgenie/store';
import { demoModel } from './engine.ts';
import { benchTemplate, keptTemplate, loadSteps, runSteps, type StepsTime } from './pipeline-steps.ts';
import { plannerRows } from './planner-rows.ts';
import { type BenchContext, type BenchResult, interleaved, median, type Row, row } from './rows.ts';
import { measureWarmStart } from './warm-start.ts';

const gateRatio = 0.11;
const otherRatios = [0.05, 0.2, 0.35] as const;
const threads = availableParallelism();
const gib = 1024 ** 3;

/** Steps whose activations are loaded while they compute, against loading first, memory, and the bound of both. */
export async function benchPipeline(context: BenchContext): Promise<BenchResult> {
  const folder = await mkdtemp(join(tmpdir(), 'instgenie-bench-'));
  const memory = await mkdtemp('/dev/shm/instgenie-bench-');
  try {
    const rows: Row[] = [...plannerRows(context.isQuick)];
    const storages: readonly StorageType[] = context.isQuick ? ['int8'] : ['int8', 'fp32'];
    for (const storage of storages) rows.push(...(await measureStorage(storage, { context, folder, memory })));
    context.say('a new process with the template on disk');
    rows.push(...(await measureWarmStart(demoModel, { cache: join(folder, 'models'), root: join(folder, 'warm') })));
    return { rows };
  } finally {
    await rm(folder, { recursive: true, force: true });
    await rm(memory, { recursive: true, force: true });
  }
}

interface Folders {
  readonly context: BenchContext;
  readonly folder: string;
  /** On a file system in memory. */
  readonly memory: string;
}

/** The rows of one storage type. The names of the goals belong to int8, the default. */
async function measureStorage(storage: StorageType, { context, folder, memory }: Folders): Promise<readonly Row[]> {
  const { isQuick, say } = context;
  const steps = isQuick ? 6 : 12;
  const rounds = isQuick ? 3 : 7;
  const suffix = storage === 'int8' ? '' : `.${storage}`;
  await using engine = await Engine.open({ folder: demoModel, cache: join(folder, 'models'), threads, storage });
  await using resident = await Template.prepare(engine, benchTemplate(engine, steps));
  await resident.prime();
  const bench = { engine, resident, steps, rounds, suffix };

  say(`${storage}: from disk`);
  const disk = await measureTier('disk', { ...bench, root: join(folder, `disk-${storage}`), paceMs: undefined });
  say(`${storage}: from memory, behind a copy that costs what computing costs`);
  const { stepMs } = await runSteps({ engine, template: resident, ratio: gateRatio, order: 'pipelined' });
  const paced = { ...bench, root: join(memory, storage), paceMs: stepMs };
  return [...disk, ...(await measureTier('memory', paced))];
}

interface TierBench {
  readonly engine: Engine;
  /** Primed in memory of its own. */
  readonly resident: Template;
  readonly steps: number;
  readonly rounds: number;
  readonly suffix: string;
  readonly root: string;
  /** What loading a step is made to cost; undefined for what the disk takes. */
  readonly paceMs: number | undefined;
}

async function measureTier(tier: 'disk' | 'memory', bench: TierBench): Promise<readonly Row[]> {
  const { engine, resident, steps, rounds, suffix, root, paceMs } = bench;
  await fillStore(engine, root, steps);
  const bytes = stepBytes(await shapeOf(engine, root, steps));
  await using store = await ActivationStore.open({
    root,
    // Two steps and a half: one that computes, one that is loaded, and nothing stays until its next turn.
    memoryBytesMax: 2.5 * bytes,
    diskBytesMax: 4 * gib,
    directIo: tier === 'disk' ? 'auto' : 'off',
    policy: 'lru',
    ...(paceMs === undefined ? {} : { readBytesPerMsMax: bytes / paceMs }),
  });
  await using stored = await keptTemplate(engine, store, steps);
  const run = (fields: { ratio?: number; batch?: number; plan?: Plan; order?: 'sequential' } = {}) =>
    runSteps({ engine, template: stored.template, ratio: gateRatio, order: 'pipelined', ...fields });
  const totals = { resident: [] as number[], pipelined: [] as number[] };

  let ioMs = 0;
  let ioSteps = 0;
  const counted = async () => {
    const before = await store.ioCpuMs();
    const time = await run();
    totals.pipelined.push(time.totalMs);
    ioMs += (await store.ioCpuMs()) - before;
    ioSteps += steps;
    return time.stepMs;
  };
  const times = await interleaved(
    {
      resident: async () => {
        const time = await runSteps({ engine, template: resident, ratio: gateRatio, order: 'pipelined' });
        totals.resident.push(time.totalMs);
        return time.stepMs;
      },
      pipelined: counted,
      sequential: async () => (await run({ order: 'sequential' })).stepMs,
      load: () => loadSteps(store, stored),
    },
    rounds,
  );
  const ioCpuMs = ioMs / ioSteps;
  const fluidMs = Math.max(times.resident + ioCpuMs, times.load);
  const name = (what: string) => `pipeline.${what}.${tier}${suffix}`;
  const isGate = suffix === '';
  const overResident = median(totals.pipelined) / median(totals.resident);
  return [
    row(name('resident.step_ms'), times.resident, { unit: 'ms' }),
    row(name('load.step_ms'), times.load, { unit: 'ms' }),
    row(name('load.cpu_ms'), ioCpuMs, { unit: 'ms' }),
    row(name('load.mib_s'), bytes / 1024 ** 2 / (times.load / 1000), { unit: 'MiB/s' }),
    row(name('pipelined.step_ms'), times.pipelined, { unit: 'ms' }),
    row(name('fluid_ratio'), times.pipelined / fluidMs, { unit: 'ratio', ...(isGate ? { atMost: 1.05 } : {}) }),
    row(name('sequential_ratio'), times.sequential / times.pipelined, { unit: 'ratio' }),
    ...(isGate && tier === 'disk'
      ? [row('pipeline.disk_over_resident', overResident, { unit: 'ratio', atMost: 1.1 })]
      : []),
    ...(await moreRows(bench, { tier, name, run: (fields) => run(fields), loadMs: times.load })),
  ];
}

interface MoreRows {
  readonly tier: 'disk' | 'memory';
  readonly name: (what: string) => string;
  readonly run: (fields: {
    readonly ratio?: number;
    readonly batch?: number;
    readonly plan?: Plan;
  }) => Promise<StepsTime>;
  readonly loadMs: number;
}

/** Other mask ratios, a batch on one load, and plans made from what was just measured. */
async function moreRows(bench: TierBench, { tier, name, run, loadMs }: MoreRows): Promise<readonly Row[]> {
  const { engine, resident, steps, suffix } = bench;
  if (suffix !== '') return [];
  const rows: Row[] = [];
  for (const ratio of otherRatios) {
    const { stepMs } = await run({ ratio });
    const { stepMs: residentMs } = await runSteps({ engine, template: resident, ratio, order: 'pipelined' });
    rows.push(row(name(`over_resident.${ratio}`), stepMs / residentMs, { unit: 'ratio' }));
  }
  const four = await run({ batch: 4 });
  const residentFour = await runSteps({ engine, template: resident, ratio: gateRatio, batch: 4, order: 'pipelined' });
  rows.push(row(name('over_resident.batch4'), four.stepMs / residentFour.stepMs, { unit: 'ratio' }));
  if (tier === 'disk') return rows;
  const plans = await plansOf(bench, loadMs);
  for (const [plan, modes] of Object.entries(plans)) {
    const { stepMs } = await run({ plan: Array.from({ length: steps }, () => modes) });
    rows.push(row(name(`${plan}.step_ms`), stepMs, { unit: 'ms' }));
  }
  return rows;
}

/** The greedy and the exact plan of a step, from the times of full and masked steps and of a step's load. */
async function plansOf({ engine, resident, steps }: TierBench, loadMs: number): Promise<Record<string, Plan[number]>> {
  const blocks = engine.model.denoiser.blocks.length;
  const base = { engine, template: resident, ratio: gateRatio, order: 'pipelined' } as const;
  const full = await runSteps({ ...base, plan: uniformPlan('full', { steps, blocks }) });
  const masked = await runSteps(base);
  const options: readonly BlockOption[] = [
    { mode: 'full', computeMs: full.stepMs / blocks, loadMs: 0, from: 'live', leaves: 'live' },
    { mode: 'kv', computeMs: masked.stepMs / blocks, loadMs: loadMs / blocks, leaves: 'stored' },
  ];
  const step = Array.from({ length: blocks }, () => options);
  const problem: PlanningProblem = { steps: [step, step] };
  const modes = (choice: readonly (readonly number[])[]): Plan[number] =>
    (choice[1] ?? []).map((option) => (option === 0 ? 'full' : 'kv'));
  return { greedy: modes(greedyPlan(problem)), exact: modes(exactPlan(problem)) };
}

/** Primes the bench's template into a store, with memory enough for it. */
async function fillStore(engine: Engine, root: string, steps: number): Promise<void> {
  await using store = await ActivationStore.open({ root, memoryBytesMax: gib, diskBytesMax: 4 * gib });
  const stored = await keptTemplate(engine, store, steps);
  await stored[Symbol.asyncDispose]();
}

async function shapeOf(engine: Engine, root: string, steps: number) {
  await using store = await ActivationStore.open({ root, memoryBytesMax: 4096, diskBytesMax: 4 * gib });
  const [variant] = store.variants();
  if (variant === undefined || variant.steps.length !== steps) throw new RangeError('the template is not kept');
  return { ...variant.shape, family: engine.model.family };
}
