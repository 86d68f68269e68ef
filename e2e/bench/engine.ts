import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Engine } from '@instgenie/engine';
import { EngineBench } from './engine-steps.ts';
import { Gemm } from './gemm.ts';
import { measureLoading } from './loading.ts';
import { writeRandomCheckpoint } from './random-checkpoint.ts';
import { type BenchContext, type BenchResult, interleaved, type Row, row } from './rows.ts';

export const demoModel = join(dirname(fileURLToPath(import.meta.url)), '../../deploy/models/portrait-fill');

/** The shape that the goals are for. */
const gateShape = { width: 320, heads: 5, doubleBlocks: 3, singleBlocks: 9 };
const ratios = [0.05, 0.11, 0.2, 0.35, 0.5, 1] as const;
const raggedRatios = [0.05, 0.11, 0.2, 0.35];
const threads = availableParallelism();

/** Denoising steps by mask ratio and batch, against the work they save and against what the chip can do. */
export async function benchEngine(context: BenchContext): Promise<BenchResult> {
  const folder = await mkdtemp(join(tmpdir(), 'instgenie-bench-'));
  try {
    const { shape = gateShape } = context;
    const { width, heads, doubleBlocks, singleBlocks } = shape;
    context.say(
      `random weights: width ${width}, ${heads} heads, ${doubleBlocks} double and ${singleBlocks} single blocks`,
    );
    const random = join(folder, 'random');
    await writeRandomCheckpoint(random, demoModel, shape);
    const isGate = context.shape === undefined;
    const randomRows = await measure(random, { context, cache: join(folder, 'cache'), isGate, prefix: 'engine' });
    context.say('demo model');
    const demo = { context, cache: join(folder, 'cache'), isGate: false, prefix: 'engine.demo' };
    const demoRows = await measure(demoModel, demo);
    const loading = await measureLoading(demoModel, join(folder, 'cache'));
    const peakMib = process.resourceUsage().maxRSS / 1024;
    return { rows: [...randomRows, ...demoRows, ...loading, row('engine.peak_rss_mib', peakMib, { unit: 'MiB' })] };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What is measured, and how often. */
interface Measurement {
  readonly prefix: string;
  readonly rounds: number;
  readonly isGate: boolean;
  readonly isQuick: boolean;
}

interface Measured {
  readonly context: BenchContext;
  readonly cache: string;
  readonly isGate: boolean;
  readonly prefix: string;
}

async function measure(folder: string, { context, cache, isGate, prefix }: Measured): Promise<readonly Row[]> {
  await using engine = await Engine.open({ folder, cache, threads });
  await using bench = await EngineBench.open(engine);
  const rounds = context.isQuick ? 5 : 15;
  const { width } = engine.model.denoiser;
  await using gemm = await Gemm.open({ rows: bench.rows(1), from: width, to: 4 * width }, threads);

  const dense = bench.step([{ ratio: 1, isDense: true }]);
  const sides: Record<string, () => Promise<number>> = {
    gemm: () => gemm.run(),
    dense: async () => (await dense()).wallMs,
  };
  for (const ratio of ratios) {
    const masked = bench.step([{ ratio, isDense: false }]);
    sides[String(ratio)] = async () => (await masked()).wallMs;
  }
  const times = await interleaved(sides, context.isQuick ? 6 : rounds);
  const denseMs = times['dense'] ?? 0;
  const gemmRate = gemm.flops / (times['gemm'] ?? 0) / 1e6;
  const denseRate = bench.flops(1) / denseMs / 1e6;
  const rows: Row[] = [
    row(`${prefix}.gemm.gflops`, gemmRate, { unit: 'GFLOP/s' }),
    row(`${prefix}.dense.gflops`, denseRate, { unit: 'GFLOP/s' }),
    row(`${prefix}.dense.gemm_share`, denseRate / gemmRate, { unit: 'ratio', ...(isGate ? { atLeast: 0.75 } : {}) }),
    row(`${prefix}.dense.step_ms`, denseMs, { unit: 'ms' }),
  ];
  for (const ratio of ratios) {
    const ms = times[String(ratio)] ?? 0;
    const speedup = denseMs / ms;
    const share = speedup / (bench.flops(1) / bench.flops(ratio));
    rows.push(
      row(`${prefix}.masked.step_ms.${ratio}`, ms, { unit: 'ms' }),
      row(`${prefix}.speedup.${ratio}`, speedup, { unit: 'ratio' }),
    );
    if (ratio === 1) continue;
    rows.push(
      row(`${prefix}.masked.share.${ratio}`, share, {
        unit: 'ratio',
        ...(isGate ? { atLeast: ratio < 0.1 ? 0.65 : 0.85 } : {}),
      }),
    );
  }
  const measurement = { prefix, rounds, isGate, isQuick: context.isQuick };
  return [...rows, ...(await measureBatches(bench, measurement)), ...(await measureOverhead(bench, measurement))];
}

async function measureBatches(
  bench: EngineBench,
  { prefix, rounds, isGate, isQuick }: Measurement,
): Promise<readonly Row[]> {
  const alone = raggedRatios.map((ratio) => bench.step([{ ratio, isDense: false }]));
  const together = bench.step(raggedRatios.map((ratio) => ({ ratio, isDense: false })));
  const sides: Record<string, () => Promise<number>> = {
    alone: async () => {
      let sum = 0;
      for (const step of alone) sum += (await step()).wallMs;
      return sum;
    },
    together: async () => (await together()).wallMs,
  };
  const batched = (isQuick ? [0.11] : ratios).flatMap((ratio) => [1, 2, 4].map((size) => ({ ratio, size })));
  for (const { ratio, size } of batched) {
    const step = bench.step(Array.from({ length: size }, () => ({ ratio, isDense: false })));
    sides[`${ratio} ${size}`] = async () => (await step()).wallMs;
  }
  const times = await interleaved(sides, rounds);
  const ms = (side: string) => times[side] ?? Number.NaN;
  const goal = isGate ? { atMost: 1 } : {};
  const rows = [row(`${prefix}.ragged4.ratio`, ms('together') / ms('alone'), { unit: 'ratio', ...goal })];
  for (const { ratio, size } of batched) {
    if (size === 1) continue;
    const name = `${prefix}.masked.batch${size}`;
    rows.push(
      row(`${name}.step_ms.${ratio}`, ms(`${ratio} ${size}`), { unit: 'ms' }),
      row(`${name}.ratio.${ratio}`, ms(`${ratio} ${size}`) / (size * ms(`${ratio} 1`)), { unit: 'ratio' }),
    );
  }
  return rows;
}

async function measureOverhead(bench: EngineBench, { prefix, rounds, isGate }: Measurement): Promise<readonly Row[]> {
  const step = bench.step([{ ratio: 0.11, isDense: false }]);
  const { share } = await interleaved(
    {
      share: async () => {
        const { wallMs, nativeMs } = await step();
        return (wallMs - nativeMs) / wallMs;
      },
    },
    4 * rounds,
  );
  return [row(`${prefix}.js_share`, share, { unit: 'ratio', ...(isGate ? { atMost: 0.03 } : {}) })];
}
