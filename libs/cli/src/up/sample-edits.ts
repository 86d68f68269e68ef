import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { EditedPicture, InstgenieClient } from '@instgenie/client';
import { type EvaluationEdit, nearestByRatio, readEvaluationEdits } from '../demo/evaluation-edits.ts';
import { percentText, secondsText } from '../format.ts';
import { readPictureFile } from '../read-file.ts';
import { textTable } from '../table.ts';

/** A sample edit, run on a cold template, on the now warm one, and densely. */
export interface SampleRow extends EvaluationEdit {
  readonly templateId: string;
  readonly cold: EditedPicture;
  readonly warm: EditedPicture;
  readonly dense: EditedPicture;
}

export interface SampleFiles {
  readonly source: string;
  readonly mask: string;
}

const steps = 16;
const lookMs = 300;
const looksMax = 20;
const ratios = [0.07, 0.2, 0.35];

/** The files of a model's evaluation edit. */
export function sampleFiles(model: string, id: string): SampleFiles {
  return { source: join(model, 'eval', `${id}_source.png`), mask: join(model, 'eval', `${id}_mask.png`) };
}

/** The evaluation edits of a model that show small and large masks. Empty for a model without such edits. */
export async function chooseSamples(model: string): Promise<readonly EvaluationEdit[]> {
  return nearestByRatio(await readEvaluationEdits(model).catch(() => []), ratios);
}

/** Adds the picture as a template and edits it three times; the pictures go to `out`. */
export async function runSample(
  client: InstgenieClient,
  {
    model,
    edit,
    out,
    signal,
  }: { readonly model: string; readonly edit: EvaluationEdit; readonly out: string; readonly signal: AbortSignal },
): Promise<SampleRow> {
  const files = sampleFiles(model, edit.id);
  const template = await client.templates.create(files.source, { name: `sample ${edit.id}`, steps });
  const mask = await readPictureFile(files.mask, 'mask');
  const run = async (name: string, dense: boolean) => {
    const spec = { templateId: template.id, mask, maskMode: 'white' as const, prompt: edit.prompt, seed: 7, dense };
    const [picture] = (await client.edit(spec, { signal })).pictures;
    if (picture === undefined) throw new RangeError('an edit has a result');
    await mkdir(out, { recursive: true });
    await writeFile(join(out, `${edit.id}.${name}.png`), picture.image);
    return picture;
  };
  const cold = await run('cold', false);
  await warmed(client, template.id, signal);
  const warm = await run('warm', false);
  return { ...edit, templateId: template.id, cold, warm, dense: await run('dense', true) };
}

/** What a worker keeps is known everywhere some moments later. */
async function warmed(client: InstgenieClient, id: string, signal: AbortSignal): Promise<void> {
  for (let look = 0; look < looksMax; look++) {
    const { isWarm } = await client.templates.get(id, { signal });
    await pause(lookMs, undefined, { signal });
    if (isWarm) return;
  }
}

/** What the samples took, as a person reads it. */
export function sampleTable(rows: readonly SampleRow[]): string {
  const columns = [
    { title: 'template', align: 'left' },
    { title: 'prompt', align: 'left' },
    { title: 'mask' },
    { title: 'first edit' },
    { title: 'warm' },
    { title: 'dense' },
    { title: 'denoising: warm' },
    { title: 'dense' },
    { title: 'cache', align: 'left' },
  ] as const;
  const cells = rows.map(({ templateId, prompt, maskRatio, cold, warm, dense }) => [
    templateId,
    prompt,
    percentText(maskRatio),
    secondsText(cold.timings.totalMs),
    secondsText(warm.timings.totalMs),
    secondsText(dense.timings.totalMs),
    secondsText(warm.timings.denoiseMs),
    secondsText(dense.timings.denoiseMs),
    `${cold.cache}, ${warm.cache}`,
  ]);
  return `${textTable(columns, cells)}

first edit: the template is computed in the same pass, unless it was kept from before. warm: its activations are there.
dense: every token is computed. Times are from the call to the picture, ${steps} steps; denoising is the part of them that masks save.`;
}
