import { openModel } from '@instgenie/diffusion';
import { ServiceError, tokenSide } from '@instgenie/domain';
import { Command, Option } from 'commander';
import { type CommandContext, callerPath } from '../command-context.ts';
import { decimalNumber, wholeNumber } from '../flags.ts';
import { bytesText, countText, percentText, secondsText } from '../format.ts';
import { factList, textTable } from '../table.ts';
import { fluxAt1024, type GpuTimes, gpus, type Keeping, type PlannedModel } from './device.ts';
import { type Alternative, type Plan, type PlanOrder, planAlternatives, planFleet } from './plan-fleet.ts';
import { plannedTiers } from './simulate-fleet.ts';

interface PlanFlags {
  readonly templates: number;
  readonly editsPerDay: number;
  readonly masks: readonly number[];
  readonly model: string;
  readonly gpu: string;
  readonly stepMs?: readonly number[];
  readonly memoryGb: number;
  readonly diskGb: number;
  readonly diskGbPerS: number;
  readonly peerGbPerS: number;
  readonly storage: Keeping['storage'];
  readonly keepEvery: number;
  readonly skew: number;
  readonly peak: number;
  readonly batchMax: number;
  readonly aroundMs: number;
  readonly p95Ms: number;
  readonly workers?: number;
  readonly seed: number;
  readonly compare: boolean;
  readonly json: boolean;
}

const gb = 1e9;
const notes = `
Simulates the busiest time with the workers' own batcher on workers that compute nothing, and finds the smallest fleet
that is fast enough. What it knows of GPUs was measured with FLUX.1 at 1024 pixels; others take --step-ms DENSE,MASKED:
what a step takes alone, dense and at mask ratio 0.11. docs/capacity.md compares plans with measured runs.

Examples:
  instgenie plan --templates 970 --edits-per-day 1000000 --compare
  instgenie plan --templates 5000 --edits-per-day 200000 --masks 0.05,0.11,0.35 --disk-gb 7000 --p95-ms 4000`;

/** `instgenie plan`: how many workers, how much memory and disk, and what latency to expect. */
export function planCommand(context: CommandContext): Command {
  const number = (flag: string, most: number) => decimalNumber(flag, { least: 0, most, above: true });
  const count = (flag: string, most = 100_000_000_000) => wholeNumber(flag, { least: 1, most });
  return new Command('plan')
    .description('how many workers, memory and disk some templates and edits need')
    .requiredOption('--templates <n>', 'templates that are edited', count('templates', 10_000_000))
    .requiredOption('--edits-per-day <n>', 'edits of all templates in a day', count('edits-per-day'))
    .option('--masks <x,...>', 'mask ratios of edits, in equal shares', ratios, [0.11])
    .option('--model <dir>', 'a diffusers folder, or flux-1024', 'flux-1024')
    .addOption(new Option('--gpu <name>', 'whose times were measured').choices(Object.keys(gpus)).default('h100'))
    .option('--step-ms <dense,masked>', "the GPU's own times instead", stepTimes)
    .option('--memory-gb <n>', 'of a worker, for activations', number('memory-gb', 100_000), 200)
    .option('--disk-gb <n>', 'of a worker, for activations', number('disk-gb', 1_000_000), 3500)
    .option('--disk-gb-per-s <n>', 'what its disk reads', number('disk-gb-per-s', 1000), 6)
    .option('--peer-gb-per-s <n>', 'what comes from another worker', number('peer-gb-per-s', 1000), 1)
    .addOption(new Option('--storage <type>', 'how activations are kept').choices(['float16', 'int8']).default('int8'))
    .option('--keep-every <n>', 'keep every n-th step only', count('keep-every', 1000), 1)
    .option(
      '--skew <x>',
      'how much more the first templates are edited than others',
      decimalNumber('skew', { least: 0, most: 5 }),
      1,
    )
    .option('--peak <x>', 'the busiest time, as times of the mean', number('peak', 1000), 2)
    .option('--batch-max <n>', 'edits that a worker steps together', count('batch-max', 64), 8)
    .option(
      '--around-ms <n>',
      'of an edit beside its steps',
      decimalNumber('around-ms', { least: 0, most: 60_000 }),
      100,
    )
    .option('--p95-ms <n>', 'what 95 of 100 edits take at most', number('p95-ms', 3_600_000), 5000)
    .option('--workers <n>', 'forecast so many instead of searching', count('workers', 2000))
    .option('--seed <n>', 'of the simulation', wholeNumber('seed', { least: 0, most: 2 ** 31 - 1 }), 1)
    .option('--compare', 'say also what other ways to keep activations need', false)
    .option('--json', 'print one JSON object', false)
    .addHelpText('after', notes)
    .action((flags: PlanFlags) => plan(context, flags));
}

async function plan(context: CommandContext, flags: PlanFlags): Promise<void> {
  const order = await orderOf(context, flags);
  const made = await planFleet(order);
  const others = flags.compare ? await planAlternatives(order) : [];
  if (flags.json) {
    context.print(JSON.stringify({ model: order.model, plan: made, alternatives: others }));
    return;
  }
  context.print(factList(planFacts(made, order)));
  if (others.length > 0) context.print(`\n${alternativesTable(others)}`);
}

async function orderOf(context: CommandContext, flags: PlanFlags): Promise<PlanOrder> {
  const gpu: GpuTimes = gpus[flags.gpu] ?? gpus['h100'] ?? { denseMs: 0, maskedMs: 0, bytesPerMs: 0 };
  const [denseMs = gpu.denseMs, maskedMs = gpu.maskedMs] = flags.stepMs ?? [];
  return {
    model: await modelOf(context, flags.model),
    gpu: { ...gpu, denseMs, maskedMs },
    templates: flags.templates,
    editsPerDay: flags.editsPerDay,
    peak: flags.peak,
    masks: flags.masks,
    skew: flags.skew,
    keeping: { storage: flags.storage, keepEvery: flags.keepEvery },
    batchMax: flags.batchMax,
    memoryBytes: flags.memoryGb * gb,
    diskBytes: flags.diskGb * gb,
    diskBytesPerMs: (flags.diskGbPerS * gb) / 1000,
    peerBytesPerMs: (flags.peerGbPerS * gb) / 1000,
    aroundMs: flags.aroundMs,
    latencyMsMax: flags.p95Ms,
    workers: flags.workers,
    seed: flags.seed,
  };
}

async function modelOf(context: CommandContext, name: string): Promise<PlannedModel> {
  if (name === fluxAt1024.name) return fluxAt1024;
  const { denoiser, defaults } = await openModel(callerPath(context, name));
  const tokens = (defaults.side / tokenSide) ** 2;
  const { steps, textRows } = defaults;
  return { name, blocks: denoiser.blocks.length, width: denoiser.width, tokens, textRows, steps };
}

function planFacts(
  made: Plan,
  { templates, peak, editsPerDay, model }: PlanOrder,
): readonly (readonly [string, string])[] {
  const { latencyMs, tiers } = made;
  const tierText = plannedTiers.map((tier) => `${tier === 'none' ? 'computed' : tier} ${percentText(tiers[tier])}`);
  const perSecond = (editsPerDay / 86_400) * peak;
  return [
    ['workers', `${countText(made.workers)}, ${percentText(made.load)} busy at ${perSecond.toFixed(2)} edits a second`],
    ['memory', `${bytesText(made.memoryBytes)}: ${countText(made.workers * made.inMemory)} templates`],
    ['disk', `${bytesText(made.diskBytes)}: ${countText(made.workers * made.onDisk)} templates`],
    [
      'latency',
      `P50 ${secondsText(latencyMs.p50)}, P95 ${secondsText(latencyMs.p95)}, P99 ${secondsText(latencyMs.p99)}; alone ${secondsText(made.aloneMs)}`,
    ],
    ['activations', tierText.join(', ')],
    [
      'a template',
      `${bytesText(made.templateBytes)}, and ${secondsText(made.primeMs)} of a GPU once (${model.name}, ${keepingText(made.keeping)})`,
    ],
    ['all templates', `${countText(templates)}: ${bytesText(made.allTemplatesBytes)} kept once`],
  ];
}

function alternativesTable(alternatives: readonly Alternative[]): string {
  const columns = [
    { title: 'kept', align: 'left' },
    { title: 'a template' },
    { title: 'all templates' },
    { title: 'in memory' },
    { title: 'on disk' },
    { title: 'workers' },
    { title: 'P95' },
    { title: 'from memory' },
    { title: 'computed' },
  ] as const;
  const rows = alternatives.map(({ plan: each, isFastEnough }) => [
    keepingText(each.keeping),
    bytesText(each.templateBytes),
    bytesText(each.allTemplatesBytes),
    countText(each.workers * each.inMemory),
    countText(each.workers * each.onDisk),
    isFastEnough ? countText(each.workers) : `over ${countText(each.workers)}`,
    secondsText(each.latencyMs.p95),
    percentText(each.tiers.memory),
    percentText(each.tiers.none),
  ]);
  return textTable(columns, rows);
}

function keepingText({ storage, keepEvery }: Keeping): string {
  return `${storage}, every ${keepEvery === 1 ? '' : `${keepEvery}. `}step`;
}

function ratios(text: string): readonly number[] {
  const values = text.split(',').map(Number);
  if (values.every((value) => value > 0 && value <= 1)) return values;
  throw new ServiceError('invalid', `masks: expected ratios above 0 up to 1, such as 0.05,0.11, got '${text}'`, {
    field: 'masks',
  });
}

function stepTimes(text: string): readonly number[] {
  const values = text.split(',').map(Number);
  if (values.length === 2 && values.every((value) => value > 0 && Number.isFinite(value))) return values;
  throw new ServiceError('invalid', `step-ms: expected two times such as 134,34, got '${text}'`, { field: 'step-ms' });
}
