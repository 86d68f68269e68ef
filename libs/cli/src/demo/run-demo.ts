import { join } from 'node:path';
import { type Engine, Template } from '@instgenie/engine';
import { encodePicture } from '@instgenie/pictures';
import { type CommandContext, callerPath } from '../command-context.ts';
import { modelFolder } from '../default-model.ts';
import { planJob } from '../edit/inputs.ts';
import { bytesChangedOutside, comparePicture, likeness } from '../edit/likeness.ts';
import { type JobResult, runJob, Stopwatch } from '../edit/run-job.ts';
import { CheckFailed } from '../exit-codes.ts';
import { secondsText } from '../format.ts';
import { type ModelFlags, openEngine } from '../open-engine.ts';
import { checkPrimingFits } from '../priming.ts';
import { makeFolder, writeFiles } from '../write-files.ts';
import { type DemoRow, demoTable } from './demo-table.ts';
import {
  type EvaluationEdit,
  type EvaluationPictures,
  nearestByRatio,
  readEvaluationEdits,
  readEvaluationPictures,
} from './evaluation-edits.ts';

export interface DemoFlags extends ModelFlags {
  readonly out: string;
  readonly quick: boolean;
}

/** Edits the model's examples and prints how long and how alike. Throws `CheckFailed` if a promise was broken. */
export async function runDemo(context: CommandContext, flags: DemoFlags): Promise<void> {
  const plan = flags.quick ? { ratios: [0.07], steps: 4 } : { ratios: [0.07, 0.2, 0.35], steps: 16 };
  const model = modelFolder(context, flags.model);
  const edits = nearestByRatio(await readEvaluationEdits(model), plan.ratios);
  const out = callerPath(context, flags.out);
  await makeFolder(out, 'out');

  const watch = new Stopwatch();
  await using engine = await openEngine(context, flags);
  context.progress.note(
    `loaded in ${secondsText(watch.lap())}; ${edits.length} edits of ${plan.steps} steps, three times each`,
  );
  const rows: DemoRow[] = [];
  const files: string[] = [];
  for (const edit of edits) {
    const result = await demoEdit({ context, engine, model, steps: plan.steps, out }, edit);
    rows.push(result.row);
    files.push(result.compareFile);
  }
  context.print(demoTable(rows, plan.steps));
  context.print(`\nSource, mask, dense and masked side by side:\n${files.map((file) => `  ${file}`).join('\n')}`);
  const broken = rows.flatMap(brokenPromises);
  if (broken.length > 0) throw new CheckFailed(broken.join('; '));
}

interface DemoWork {
  readonly context: CommandContext;
  readonly engine: Engine;
  readonly model: string;
  readonly steps: number;
  readonly out: string;
}

async function demoEdit(work: DemoWork, edit: EvaluationEdit) {
  const { context, engine, model, out } = work;
  const { id, prompt } = edit;
  const pictures = await readEvaluationPictures(model, id);
  context.progress.note(`\nedit ${id}: ${prompt}`);
  const { cold, dense, masked } = await runThrice(work, pictures, prompt);
  const { source, mask, truth } = pictures;
  const row: DemoRow = {
    ...edit,
    dense: dense.timings,
    cold: cold.timings,
    masked: masked.timings,
    ...likeness(dense.picture, masked.picture, mask),
    densePsnr: likeness(dense.picture, truth, mask).psnrInMask,
    maskedPsnr: likeness(masked.picture, truth, mask).psnrInMask,
    isWarmEqualToCold: Buffer.compare(cold.picture.data, masked.picture.data) === 0,
    bytesChangedOutside: bytesChangedOutside(source, masked.picture, mask),
  };
  const { window } = await planJob(pictures, engine.model.defaults.side);
  const compared = await comparePicture({ source, mask, window, results: [dense.picture, masked.picture] });
  const file = (name: string) => join(out, `${id}-${name}.png`);
  await writeFiles(
    new Map([
      [file('source'), pictures.sourceFile],
      [file('mask'), pictures.maskFile],
      [file('dense'), await encodePicture(dense.picture, 'png')],
      [file('masked'), await encodePicture(masked.picture, 'png')],
      [file('compare'), await encodePicture(compared, 'png')],
    ]),
  );
  return { row, compareFile: file('compare') };
}

interface ThreeResults {
  readonly cold: JobResult;
  readonly dense: JobResult;
  readonly masked: JobResult;
}

/** The first edit of a cold template fills it; the last finds it warm. */
async function runThrice(
  { context, engine, steps }: DemoWork,
  pictures: EvaluationPictures,
  prompt: string,
): Promise<ThreeResults> {
  const { defaults } = engine.model;
  const job = await planJob(pictures, defaults.side);
  const spec = { picture: job.picture, steps, guidance: defaults.guidance, textRows: defaults.textRows };
  await using template = await Template.prepare(engine, spec);
  checkPrimingFits(template);
  const run = (label: string, dense: boolean) =>
    runJob(engine, { label, job, template, spec: { prompt, seed: 0, dense } }, context);
  return {
    cold: await run('  masked, cold template (fills it)', false),
    dense: await run('  dense', true),
    masked: await run('  masked, warm template', false),
  };
}

function brokenPromises({ id, bytesChangedOutside, isWarmEqualToCold }: DemoRow): readonly string[] {
  const broken: string[] = [];
  if (bytesChangedOutside > 0) broken.push(`edit ${id}: ${bytesChangedOutside} bytes changed outside the mask`);
  if (!isWarmEqualToCold) broken.push(`edit ${id}: the warm edit differs from the cold one`);
  return broken;
}
