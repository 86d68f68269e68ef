import { mkdtempDisposable } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Mask, maskBox, type Picture, type StorageType, storageTypes } from '@instgenie/domain';
import { Edit, Engine, runEdit, Template } from '@instgenie/engine';
import { decodePicture, encodePicture, paste, psnr, ssim } from '@instgenie/pictures';
import { demoModel } from './engine.ts';
import {
  type QualityEdit,
  type QualityPictures,
  readQualityEdits,
  readQualityPictures,
  spreadOverRatios,
} from './quality-edits.ts';
import { type BenchContext, type BenchResult, row } from './rows.ts';

/** Starts both edits of a pair from the same noise. */
const seed = 0;
const quickEdits = 4;
/** What a pair of equal pictures counts in a mean of decibels. */
const psnrMax = 100;

interface Way {
  readonly name: string;
  readonly storage: StorageType;
  readonly keepEvery: number;
}

/** Of all edits, each one that is also done in the other ways. */
const sampledEvery = 4;

/** Ways to keep activations, besides float32 of every step. */
const otherWays = [
  { name: 'fp16', storage: 'fp16', keepEvery: 1 },
  { name: 'int8', storage: 'int8', keepEvery: 1 },
  { name: 'every2', storage: 'fp32', keepEvery: 2 },
  { name: 'every4', storage: 'fp32', keepEvery: 4 },
  { name: 'int8_every2', storage: 'int8', keepEvery: 2 },
] as const satisfies readonly Way[];
type WayName = (typeof otherWays)[number]['name'];
/** What a quick run measures of them. */
const quickWays: readonly Way[] = otherWays.filter(({ keepEvery }) => keepEvery === 1);

/**
 * How alike mask-aware and dense edits are, how close both come to the truth, and what is lost where activations are
 * stored in fewer bits or for fewer steps.
 */
export async function benchQuality({ isQuick, say }: BenchContext): Promise<BenchResult> {
  const all = await readQualityEdits(demoModel);
  const edits = isQuick ? spreadOverRatios(all, quickEdits) : all;
  const steps = isQuick ? 8 : 16;
  const ways = isQuick ? quickWays : otherWays;
  await using cache = await mkdtempDisposable(join(tmpdir(), 'instgenie-bench-'));
  await using engines = await Engines.open(cache.path);
  say(`${edits.length} evaluation edits of ${steps} steps, each dense and mask-aware, some in ${1 + ways.length} ways`);
  const found: Likeness[] = [];
  for (const [index, edit] of edits.entries()) {
    const isSampled = isQuick || index % sampledEvery === 0;
    found.push(await compareEdit(engines, edit, { steps, ways: isSampled ? ways : [] }));
    say(`${index + 1} of ${edits.length}: ${edit.id} ${edit.prompt}`);
  }
  const total = (key: Exclude<keyof Likeness, 'lost'>) => found.reduce((sum, likeness) => sum + likeness[key], 0);
  const mean = (key: Exclude<keyof Likeness, 'lost'>) => total(key) / found.length;
  const thin: readonly WayName[] = ['every2', 'every4', 'int8_every2'];
  const isMeasured = (name: WayName) => ways.some((way) => way.name === name);
  const rowName = (name: WayName) => `quality.ssim.${name}_delta`;
  const lost = (way: WayName) => {
    const losses = found.flatMap((likeness) => likeness.lost.get(way) ?? []);
    return losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
  };
  return {
    rows: [
      row('quality.edits', found.length, { unit: 'edits' }),
      row('quality.outside.differing_bytes', total('differingBytes'), { unit: 'bytes', atMost: 0 }),
      row('quality.ssim.masked_dense', mean('ssimInBox'), { unit: 'ssim', atLeast: 0.97 }),
      row('quality.ssim.worst', Math.min(...found.map(({ ssimInBox }) => ssimInBox)), { unit: 'ssim' }),
      row('quality.psnr.masked_dense', mean('maskedDense'), { unit: 'dB' }),
      row('quality.psnr.dense_truth', mean('denseTruth'), { unit: 'dB' }),
      row('quality.psnr.masked_truth', mean('maskedTruth'), { unit: 'dB' }),
      row('quality.psnr.source_truth', mean('sourceTruth'), { unit: 'dB' }),
      row('quality.ssim.fp16_delta', lost('fp16'), { unit: 'ssim', atMost: 0.001 }),
      row('quality.ssim.int8_delta', lost('int8'), { unit: 'ssim', atMost: 0.005 }),
      ...thin.filter(isMeasured).map((name) => row(rowName(name), lost(name), { unit: 'ssim' })),
    ],
    skipped: thin
      .filter((name) => !isMeasured(name))
      .map((name) => ({ name: rowName(name), reason: 'left out of a quick run' })),
  };
}

/** An engine for each way to store activations. */
class Engines implements AsyncDisposable {
  readonly #open: ReadonlyMap<StorageType, Engine>;

  private constructor(open: ReadonlyMap<StorageType, Engine>) {
    this.#open = open;
  }

  static async open(cache: string): Promise<Engines> {
    const open = new Map<StorageType, Engine>();
    for (const storage of storageTypes) {
      open.set(storage, await Engine.open({ folder: demoModel, cache, threads: availableParallelism(), storage }));
    }
    return new Engines(open);
  }

  get(storage: StorageType): Engine {
    const engine = this.#open.get(storage);
    if (engine === undefined) throw new RangeError(`no engine for ${storage}`);
    return engine;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const engine of this.#open.values()) await engine[Symbol.asyncDispose]();
  }
}

/** What one evaluation edit showed. */
interface Likeness {
  /** Of both results, against the source, outside the mask. */
  readonly differingBytes: number;
  /** Masked against dense, in the box around the mask. */
  readonly ssimInBox: number;
  /** In dB, in the mask. */
  readonly maskedDense: number;
  readonly denseTruth: number;
  readonly maskedTruth: number;
  /** Of the source left as it is. */
  readonly sourceTruth: number;
  /** SSIM to the dense result that each other way has less. */
  readonly lost: ReadonlyMap<string, number>;
}

async function compareEdit(
  engines: Engines,
  { id, prompt }: QualityEdit,
  { steps, ways }: { readonly steps: number; readonly ways: readonly Way[] },
): Promise<Likeness> {
  const pictures = await readQualityPictures(demoModel, id);
  const { source, mask, truth } = pictures;
  const run = (way: Omit<Way, 'name'>, dense: boolean) =>
    result(engines.get(way.storage), { pictures, prompt, steps, keepEvery: way.keepEvery, dense });
  const asComputed = { storage: 'fp32', keepEvery: 1 } as const;
  const [dense, masked] = [await run(asComputed, true), await run(asComputed, false)];
  const ssimInBox = ssim(dense, masked, maskBox(mask));
  const lost = new Map<string, number>();
  for (const way of ways) lost.set(way.name, ssimInBox - ssim(dense, await run(way, false), maskBox(mask)));
  const decibels = (a: Picture, b: Picture) => Math.min(psnr(a, b, mask), psnrMax);
  return {
    differingBytes: differingOutside(source, dense, mask) + differingOutside(source, masked, mask),
    ssimInBox,
    maskedDense: decibels(dense, masked),
    denseTruth: decibels(dense, truth),
    maskedTruth: decibels(masked, truth),
    sourceTruth: decibels(source, truth),
    lost,
  };
}

interface EditRequest {
  readonly pictures: QualityPictures;
  readonly prompt: string;
  readonly steps: number;
  readonly keepEvery: number;
  readonly dense: boolean;
}

/** The edited picture as a caller gets it: pasted, written as png and read back. The template is filled on the way. */
async function result(engine: Engine, { pictures, prompt, steps, keepEvery, dense }: EditRequest): Promise<Picture> {
  const { source, mask } = pictures;
  const { guidance, textRows } = engine.model.defaults;
  const spec = { picture: source, steps, guidance, textRows, keepEvery };
  await using template = await Template.prepare(engine, spec);
  await using edit = await Edit.prepare(engine, template, { mask, prompt, seed, dense });
  await runEdit(engine, edit);
  const pasted = paste({ source, painted: await edit.decode(), mask });
  return await decodePicture(await encodePicture(pasted, 'png'));
}

/** How many bytes of pixels outside the mask differ. */
function differingOutside(source: Picture, edited: Picture, { bits }: Mask): number {
  if (source.data.length !== edited.data.length) throw new RangeError('the edited picture has another size');
  let count = 0;
  for (const [at, byte] of source.data.entries()) {
    if (bits[Math.floor(at / source.channels)] === 0 && byte !== edited.data[at]) count++;
  }
  return count;
}
