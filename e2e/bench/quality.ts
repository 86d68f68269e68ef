import { mkdtempDisposable } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Mask, maskBox, type Picture } from '@instgenie/domain';
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

/** How alike mask-aware and dense edits are, and how close both come to the truth. */
export async function benchQuality({ isQuick, say }: BenchContext): Promise<BenchResult> {
  const all = await readQualityEdits(demoModel);
  const edits = isQuick ? spreadOverRatios(all, quickEdits) : all;
  const steps = isQuick ? 8 : 16;
  await using cache = await mkdtempDisposable(join(tmpdir(), 'instgenie-bench-'));
  await using engine = await Engine.open({ folder: demoModel, cache: cache.path, threads: availableParallelism() });
  say(`${edits.length} evaluation edits of ${steps} steps, each dense and mask-aware`);
  const found: Likeness[] = [];
  for (const [index, edit] of edits.entries()) {
    found.push(await compareEdit(engine, edit, steps));
    say(`${index + 1} of ${edits.length}: ${edit.id} ${edit.prompt}`);
  }
  const total = (key: keyof Likeness) => found.reduce((sum, likeness) => sum + likeness[key], 0);
  const mean = (key: keyof Likeness) => total(key) / found.length;
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
    ],
    skipped: ['quality.ssim.fp16_delta', 'quality.ssim.int8_delta'].map((name) => ({
      name,
      reason: 'activations are float32 in memory: the store with other types does not exist yet',
    })),
  };
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
}

async function compareEdit(engine: Engine, { id, prompt }: QualityEdit, steps: number): Promise<Likeness> {
  const pictures = await readQualityPictures(demoModel, id);
  const { source, mask, truth } = pictures;
  const { guidance, textRows } = engine.model.defaults;
  await using template = await Template.prepare(engine, { picture: source, steps, guidance, textRows });
  await template.prime();
  const run = (dense: boolean) => result(engine, { template, pictures, prompt, dense });
  const [dense, masked] = [await run(true), await run(false)];
  const decibels = (a: Picture, b: Picture) => Math.min(psnr(a, b, mask), psnrMax);
  return {
    differingBytes: differingOutside(source, dense, mask) + differingOutside(source, masked, mask),
    ssimInBox: ssim(dense, masked, maskBox(mask)),
    maskedDense: decibels(dense, masked),
    denseTruth: decibels(dense, truth),
    maskedTruth: decibels(masked, truth),
    sourceTruth: decibels(source, truth),
  };
}

interface EditRequest {
  readonly template: Template;
  readonly pictures: QualityPictures;
  readonly prompt: string;
  readonly dense: boolean;
}

/** The edited picture as a caller gets it: pasted, written as png and read back. */
async function result(engine: Engine, { template, pictures, prompt, dense }: EditRequest): Promise<Picture> {
  const { source, mask } = pictures;
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
