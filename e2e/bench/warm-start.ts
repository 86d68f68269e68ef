import { execFile } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { picture } from '@instgenie/domain';
import { Edit, Engine, Template } from '@instgenie/engine';
import { storedTemplate } from '@instgenie/loader';
import { ActivationStore } from '@instgenie/store';
import { bandMask, benchTemplate, keptTemplate } from './pipeline-steps.ts';
import { type Row, row } from './rows.ts';

const steps = 4;

/** Mask ratios: of the edit that was run before, and of one with a mask that nobody has used. */
const [knownMask, newMask] = [0.11, 0.2];

interface WarmStart {
  /** From the request to the start of its first step. */
  readonly totalMs: number;
  /** Of that: the template's and the edit's pictures and prompts. */
  readonly encodeMs: number;
  /** From asking for the first step's activations until its last chunk is there. */
  readonly loadMs: number;
}

/**
 * An edit in a new process, with the model loaded and the template on disk only: with a mask of an earlier edit, whose
 * encoding is kept, and with a new one, whose picture goes through the autoencoder first.
 */
export async function measureWarmStart(
  model: string,
  { cache, root }: { readonly cache: string; readonly root: string },
): Promise<readonly Row[]> {
  const script = fileURLToPath(import.meta.url);
  const run = async (what: 'fill' | 'start', ratio: number) =>
    (
      await promisify(execFile)(process.execPath, [
        '--disable-warning=ExperimentalWarning',
        script,
        what,
        model,
        cache,
        root,
        String(ratio),
      ])
    ).stdout;
  await run('fill', knownMask);
  const found = JSON.parse(await run('start', knownMask)) as WarmStart;
  const other = JSON.parse(await run('start', newMask)) as WarmStart;
  return [
    row('pipeline.warm_start_ms', found.totalMs, { unit: 'ms', atMost: 100 }),
    row('pipeline.warm_start.encode_ms', found.encodeMs, { unit: 'ms' }),
    row('pipeline.warm_start.load_ms', found.loadMs, { unit: 'ms' }),
    row('pipeline.warm_start.new_mask_ms', other.totalMs, { unit: 'ms' }),
  ];
}

async function main(what: string, [model = '', cache = '', root = '', ratio = '']: readonly string[]): Promise<void> {
  const spec = { mask: bandMask(Number(ratio)), prompt: 'red hoodie', seed: 1 };
  await using engine = await Engine.open({ folder: model, cache, threads: availableParallelism(), storage: 'int8' });
  await using store = await ActivationStore.open({ root, memoryBytesMax: 2 ** 30, diskBytesMax: 2 ** 32 });
  if (what === 'fill') {
    await using stored = await keptTemplate(engine, store, steps);
    await using _ = await Edit.prepare(engine, stored.template, spec);
    await store.idle();
    return;
  }
  // What a process does once before it is ready to serve: kernels and buffers of encoders and blocks are warm.
  const { width, height, data } = benchTemplate(engine, steps).picture;
  const other = {
    ...benchTemplate(engine, steps),
    picture: picture({ width, height, channels: 3, data: data.toReversed() }),
  };
  await using warm = await Template.prepare(engine, other);
  await (await Edit.prepare(engine, warm, spec))[Symbol.asyncDispose]();
  const began = performance.now();
  await using stored = await storedTemplate(engine, store, benchTemplate(engine, steps));
  await using edit = await Edit.prepare(engine, stored.template, spec);
  const encoded = performance.now();
  const item = edit.nextItem();
  if (item.source.kind !== 'stored') throw new RangeError('the template is not kept');
  const totalMs = performance.now() - began;
  const { gate, offsets } = item.source.step;
  for (const chunk of offsets.keys()) if (gate !== undefined) Atomics.wait(gate, 1 + chunk, 0, 1_000);
  const loadMs = performance.now() - encoded;
  console.log(JSON.stringify({ totalMs, encodeMs: encoded - began, loadMs } satisfies WarmStart));
}

const [, script, what, ...paths] = process.argv;
if (script === fileURLToPath(import.meta.url) && what !== undefined) await main(what, paths);
