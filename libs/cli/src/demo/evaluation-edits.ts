import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Mask, type Picture, ServiceError } from '@instgenie/domain';
import type { EditInputs } from '@instgenie/pictures';
import { decodePicture } from '@instgenie/pictures';
import { readInputs } from '../edit/inputs.ts';
import { fileError, readPictureFile } from '../read-file.ts';

/** An edit that came with a model: its files begin with `id`, and the true result is known. */
export interface EvaluationEdit {
  readonly id: string;
  readonly prompt: string;
  readonly maskRatio: number;
}

/** The edits in a model's `eval/edits.json`. Throws `not-found` for a model without, `invalid` for a damaged one. */
export async function readEvaluationEdits(model: string): Promise<readonly EvaluationEdit[]> {
  const path = join(model, 'eval', 'edits.json');
  const damaged = (cause?: unknown) =>
    new ServiceError('invalid', `${path}: expected a list of { id, prompt, maskRatio }`, { field: 'model', cause });
  try {
    const edits: unknown = JSON.parse(await readFile(path, 'utf8'));
    if (!Array.isArray(edits) || !edits.every(isEvaluationEdit)) throw damaged();
    return edits;
  } catch (thrown) {
    if (thrown instanceof SyntaxError) throw damaged(thrown);
    throw fileError(thrown, { path, field: 'model' });
  }
}

/** For each wanted ratio, in order, the edit that is nearest to it and not chosen yet. */
export function nearestByRatio(edits: readonly EvaluationEdit[], ratios: readonly number[]): readonly EvaluationEdit[] {
  const left = [...edits];
  return ratios.flatMap((ratio) => {
    const distances = left.map(({ maskRatio }) => Math.abs(maskRatio - ratio));
    return left.splice(distances.indexOf(Math.min(...distances)), left.length > 0 ? 1 : 0);
  });
}

export interface EvaluationPictures extends EditInputs {
  readonly truth: Picture;
  readonly sourceFile: Uint8Array;
  readonly maskFile: Uint8Array;
}

/** Source, mask and truth of an edit, and the files of the first two as they are. */
export async function readEvaluationPictures(model: string, id: string): Promise<EvaluationPictures> {
  const file = (name: string) => join(model, 'eval', `${id}_${name}.png`);
  const mask = file('mask');
  const image = await readPictureFile(file('source'), 'image');
  const inputs = await readInputs({ image, mask, maskMode: 'white', maskSize: 'refuse', grow: 0, feather: 0 });
  const truth = await decodePicture(await readPictureFile(file('truth'), 'truth'), { field: 'truth' });
  checkSameSize(inputs.mask, truth);
  return { ...inputs, truth, sourceFile: image, maskFile: await readPictureFile(mask, 'mask') };
}

function checkSameSize({ width, height }: Mask, truth: Picture): void {
  if (truth.width === width && truth.height === height) return;
  throw new ServiceError('invalid', 'truth: it has another size than its source', { field: 'truth' });
}

function isEvaluationEdit(value: unknown): value is EvaluationEdit {
  if (typeof value !== 'object' || value === null) return false;
  const { id, prompt, maskRatio } = value as Partial<Record<keyof EvaluationEdit, unknown>>;
  return typeof id === 'string' && /^[\w-]+$/.test(id) && typeof prompt === 'string' && typeof maskRatio === 'number';
}
