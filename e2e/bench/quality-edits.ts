import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Mask, Picture } from '@instgenie/domain';
import { decodePicture, readMask, requireMasked } from '@instgenie/pictures';

/** An edit whose true result is known. */
export interface QualityEdit {
  readonly id: string;
  readonly prompt: string;
  /** Share of the pixels that may change. */
  readonly maskRatio: number;
}

export interface QualityPictures {
  readonly source: Picture;
  readonly mask: Mask;
  readonly truth: Picture;
}

/** The evaluation edits that came with a model. */
export async function readQualityEdits(model: string): Promise<readonly QualityEdit[]> {
  const path = join(model, 'eval', 'edits.json');
  const edits: unknown = JSON.parse(await readFile(path, 'utf8'));
  if (!Array.isArray(edits) || !edits.every(isQualityEdit)) {
    throw new TypeError(`${path}: expected a list of { id, prompt, maskRatio }`);
  }
  return edits;
}

/** `count` of the edits, from the smallest mask to the largest in equal strides. */
export function spreadOverRatios(edits: readonly QualityEdit[], count: number): readonly QualityEdit[] {
  const sorted = edits.toSorted((a, b) => a.maskRatio - b.maskRatio);
  const places = Array.from({ length: count }, (_, at) => Math.floor(((at + 0.5) * sorted.length) / count));
  return places.flatMap((at) => sorted[at] ?? []);
}

/** Source, mask and true result of an edit, all of one size. */
export async function readQualityPictures(model: string, id: string): Promise<QualityPictures> {
  const file = (name: string) => readFile(join(model, 'eval', `${id}_${name}.png`));
  const source = await decodePicture(await file('source'));
  const mask = requireMasked(await readMask(await file('mask'), { mode: 'white', size: source }));
  return { source, mask, truth: await decodePicture(await file('truth'), { field: 'truth' }) };
}

function isQualityEdit(value: unknown): value is QualityEdit {
  if (typeof value !== 'object' || value === null) return false;
  const { id, prompt, maskRatio }: Partial<Record<keyof QualityEdit, unknown>> = value;
  return typeof id === 'string' && typeof prompt === 'string' && typeof maskRatio === 'number';
}
