import { statfs } from 'node:fs/promises';
import { availableParallelism, homedir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { InstgenieClient } from '@instgenie/client';
import { ServiceError } from '@instgenie/domain';
import { Command, Option } from 'commander';
import { type CommandContext, callerPath } from '../command-context.ts';
import { modelFolder } from '../default-model.ts';
import { wholeNumber } from '../flags.ts';
import { secondsText } from '../format.ts';
import { makeFolder } from '../write-files.ts';
import { writeAlphaMask } from './alpha-mask.ts';
import type { ClusterPlan } from './cluster-settings.ts';
import { LocalCluster } from './local-cluster.ts';
import { freePorts, requireFree } from './ports.ts';
import { chooseSamples, runSample, type SampleRow, sampleFiles, sampleTable } from './sample-edits.ts';
import { readyText } from './up-notes.ts';

interface UpFlags {
  readonly model?: string;
  readonly cache?: string;
  readonly folder: string;
  readonly workers: number;
  readonly threads?: number;
  readonly http: number;
  readonly grpc: number;
  readonly redis?: string;
  readonly diskMib: number;
  readonly samples: boolean;
  readonly exit: boolean;
}

const notes = `
Starts Redis, a balancer, workers and a gateway as processes of this machine, adds the sample pictures of the model as
templates, edits them, and stays until Ctrl-C, which stops all in order. What was added stays in the folder.

Examples:
  instgenie up
  instgenie up --workers 1 --http 8088 --no-samples
  instgenie up --redis redis://127.0.0.1:6379 --model ~/models/FLUX.1-Fill-dev`;

const gib = 1024 ** 3;
const mib = 1024 ** 2;
const lookMs = 100;
const looksMax = 300;

/** `instgenie up`: a whole deployment on one machine. */
export function upCommand(context: CommandContext): Command {
  const port = (name: string) => wholeNumber(name, { least: 1, most: 65_535 });
  return new Command('up')
    .description('start everything on this machine: gateway, balancer, workers, Redis, console')
    .option('--model <dir>', 'a diffusers folder (default: the bundled demo model, or $INSTGENIE_MODEL)')
    .option('--cache <dir>', 'where graphs and mapped weights are kept (default: instgenie/models in ~/.cache)')
    .option(
      '--folder <dir>',
      'where templates, activations and logs go (default: instgenie/cluster in ~/.local/share)',
      defaultFolder(),
    )
    .addOption(
      new Option('--workers <n>', 'worker processes')
        .argParser(wholeNumber('workers', { least: 1, most: 16 }))
        .default(2),
    )
    .addOption(
      new Option('--threads <n>', 'threads of one kernel in each worker (default: the cores, shared out)').argParser(
        wholeNumber('threads', { least: 1, most: 1024 }),
      ),
    )
    .addOption(new Option('--http <port>', 'port of HTTP and the console').argParser(port('http')).default(8080))
    .addOption(new Option('--grpc <port>', 'port of gRPC').argParser(port('grpc')).default(7080))
    .option('--redis <url>', 'a Redis that is there already (default: one of its own)')
    .addOption(
      new Option('--disk-mib <n>', 'activations that each worker keeps on disk')
        .argParser(wholeNumber('disk-mib', { least: 64, most: 2 ** 32 }))
        .default(4096),
    )
    .option('--no-samples', 'add and edit no sample pictures')
    .option('--exit', 'stop when the samples are done', false)
    .addHelpText('after', notes)
    .action((flags: UpFlags) => up(context, flags));
}

async function up(context: CommandContext, flags: UpFlags): Promise<void> {
  const { progress, signal } = context;
  const note = (text: string) => progress.note(text);
  await requireFree(flags.http, 'http');
  await requireFree(flags.grpc, 'grpc');
  const plan = await planOf(context, flags);
  await requireDisk(plan);
  const began = performance.now();
  await using cluster = await LocalCluster.start(plan, { note, signal });
  note(`all up in ${secondsText(performance.now() - began)}: processes ${cluster.pids.join(', ')}`);
  await using client = new InstgenieClient({ addresses: [`127.0.0.1:${flags.grpc}`], deadlineMs: 300_000 });
  await allServing(client, { workers: plan.workers, signal });
  const samples = flags.samples ? await runSamples(context, { client, plan }) : [];
  if (samples.length > 0) context.print(`\n${sampleTable(samples)}`);
  const [first] = samples;
  const files = first === undefined ? undefined : await tryFiles(plan, first.id);
  context.print(readyText({ plan, files, templateId: first?.templateId, key: undefined }));
  if (flags.exit) return;
  note('\nCtrl-C stops it.');
  if (!signal.aborted)
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  note('stopping');
}

/** The gateway learns of workers from the balancer, some moments after both are up. */
async function allServing(
  client: InstgenieClient,
  { workers, signal }: { readonly workers: number; readonly signal: AbortSignal },
): Promise<void> {
  for (let look = 0; look < looksMax; look++) {
    const [model] = await client.models({ signal });
    if (model !== undefined && model.workers >= workers && model.side > 0) return;
    await pause(lookMs, undefined, { signal });
  }
  throw new ServiceError('unavailable', 'the workers are up, and the gateway does not see them; its log says why');
}

async function runSamples(
  { progress, signal }: CommandContext,
  { client, plan }: { readonly client: InstgenieClient; readonly plan: Pick<ClusterPlan, 'model' | 'folder'> },
): Promise<readonly SampleRow[]> {
  const model = plan.model.folder;
  const rows: SampleRow[] = [];
  for (const edit of await chooseSamples(model)) {
    progress.note(`editing sample ${edit.id}: ${edit.prompt}`);
    rows.push(await runSample(client, { model, edit, out: join(plan.folder, 'samples'), signal }));
  }
  return rows;
}

/** OpenAI's masks are transparent where a picture is to be edited: one is made of the sample's. */
async function tryFiles(plan: Pick<ClusterPlan, 'model' | 'folder'>, id: string) {
  const files = sampleFiles(plan.model.folder, id);
  const alphaMask = join(plan.folder, 'samples', `${id}.alpha-mask.png`);
  await writeAlphaMask(files.mask, alphaMask);
  return { ...files, alphaMask };
}

async function planOf(context: CommandContext, flags: UpFlags) {
  const folder = modelFolder(context, flags.model);
  const [balancerGrpc = 0, balancerOps = 0, gatewayOps = 0, ...rest] = await freePorts(3 + 2 * flags.workers);
  const workers = Array.from({ length: flags.workers }, (_, at) => [rest[2 * at] ?? 0, rest[2 * at + 1] ?? 0] as const);
  return {
    model: { name: nameOf(folder), folder },
    workers: flags.workers,
    threads: flags.threads ?? Math.max(1, Math.floor(availableParallelism() / flags.workers)),
    folder: callerPath(context, flags.folder),
    modelCache: flags.cache === undefined ? undefined : callerPath(context, flags.cache),
    redis: flags.redis,
    http: flags.http,
    grpc: flags.grpc,
    auth: 'none' as const,
    diskBytes: flags.diskMib * mib,
    ports: { balancer: [balancerGrpc, balancerOps] as const, gatewayOps, workers },
  };
}

/** What requests call a model: its folder's name, as far as names go. */
function nameOf(folder: string): string {
  const name = basename(folder)
    .replaceAll(/[^a-zA-Z0-9._-]/g, '-')
    .slice(0, 63);
  return /^[a-zA-Z0-9]/.test(name) ? name : 'model';
}

async function requireDisk({
  folder,
  diskBytes,
  workers,
}: Pick<ClusterPlan, 'folder' | 'diskBytes' | 'workers'>): Promise<void> {
  await makeFolder(folder, 'folder');
  const { bavail, bsize } = await statfs(folder);
  const needed = Math.min(diskBytes * workers, gib);
  if (bavail * bsize >= needed) return;
  const text = `${folder} has ${Math.floor((bavail * bsize) / mib)} MiB left, and at least ${needed / mib} MiB are needed; choose another with --folder, or less with --disk-mib`;
  throw new ServiceError('invalid', text, { field: 'folder' });
}

function defaultFolder(): string {
  return join(process.env['XDG_DATA_HOME'] ?? join(homedir(), '.local', 'share'), 'instgenie', 'cluster');
}
