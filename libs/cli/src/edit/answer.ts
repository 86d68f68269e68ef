import type { DiffusionModel } from '@instgenie/diffusion';
import { maskedPixels } from '@instgenie/domain';
import { bytesText, countText, decibelText, finiteOrNull, percentText, secondsText } from '../format.ts';
import { factList, textTable } from '../table.ts';
import type { EditFlags } from './edit-flags.ts';
import type { EditsDone } from './edits-done.ts';
import type { EditJob } from './inputs.ts';
import { likeness } from './likeness.ts';
import type { JobResult } from './run-job.ts';

/** All that an edit can be asked about. */
export interface Answer extends EditsDone {
  readonly job: EditJob;
  readonly flags: EditFlags;
  readonly model: Pick<DiffusionModel, 'family' | 'identity'>;
  readonly loadMs: number;
  readonly totalMs: number;
  /** Bytes that differ from the source outside the mask; undefined for formats with losses. */
  readonly changedOutside: number | undefined;
  readonly outputs: Outputs;
}

interface Outputs {
  readonly edited: string;
  readonly dense?: string;
  readonly compare?: string;
  readonly previews?: readonly string[];
}

/** The answer for machines. Times are milliseconds; a ratio of signal to noise is null where the pictures are equal. */
export function jsonAnswer(answer: Answer): unknown {
  const { job, flags, model, template, edited, dense, prime, outputs, changedOutside } = answer;
  const { width, height } = job.source;
  const { box, level, target } = job.window;
  return {
    mode: flags.mode,
    model: { family: model.family, identity: model.identity },
    image: { width, height },
    window: { ...box, level, target },
    mask: maskFacts(answer),
    seed: flags.seed,
    strength: flags.strength,
    guidance: template.spec.guidance,
    steps: template.spec.steps,
    stepsRun: edited.stepsRun,
    cache: edited.cache,
    ...(prime === undefined ? {} : { activationBytes: prime.bytes }),
    timingsMs: {
      load: answer.loadMs,
      encode: answer.templateMs + edited.timings.encodeMs,
      prime: prime?.ms ?? 0,
      denoise: edited.timings.denoiseMs,
      decode: edited.timings.decodeMs,
      total: answer.totalMs,
    },
    bytesChangedOutside: changedOutside ?? null,
    ...(dense === undefined ? {} : { comparison: comparisonFacts(dense, answer) }),
    outputs,
  };
}

/** The answer for people. */
export function answerText(answer: Answer): string {
  const { job, template, edited, dense, prime, outputs, changedOutside } = answer;
  const { width, height } = job.source;
  const { box, target } = job.window;
  const mask = maskFacts(answer);
  const facts: (readonly [string, string])[] = [
    ['picture', `${width} x ${height}`],
    [
      'window',
      `${box.width} x ${box.height} at ${box.left}, ${box.top}; computed at ${target.width} x ${target.height}`,
    ],
    ['mask', `${percentText(mask.ratio)} of the pixels, ${mask.tokens} of ${mask.tokensTotal} tokens`],
    ['steps', `${edited.stepsRun} of ${template.spec.steps}`],
    ['cache', edited.cache],
    ['times', timesText(answer)],
  ];
  if (prime !== undefined) facts.push(['activations', `${bytesText(prime.bytes)} for ${template.spec.steps} steps`]);
  if (changedOutside !== undefined) facts.push(['outside the mask', `${changedOutside} bytes differ from the source`]);
  for (const [name, path] of Object.entries(outputs)) facts.push([name, [path].flat().join(', ')]);
  return dense === undefined ? factList(facts) : `${comparisonTable(dense, answer)}\n\n${factList(facts)}`;
}

function maskFacts({ job, template, edited }: Pick<Answer, 'job' | 'template' | 'edited'>) {
  const pixels = maskedPixels(job.mask);
  const tokensTotal = template.state.tokens;
  const tokens = edited.maskedTokens;
  return { pixels, ratio: pixels / job.mask.bits.length, tokens, tokensTotal, tokenRatio: tokens / tokensTotal };
}

function comparisonFacts(dense: JobResult, { edited, job }: Answer) {
  const { ssimInBox, psnrInMask } = likeness(dense.picture, edited.picture, job.mask);
  return {
    denseTimingsMs: { denoise: dense.timings.denoiseMs, whole: wholeMs(dense) },
    maskedTimingsMs: { denoise: edited.timings.denoiseMs, whole: wholeMs(edited) },
    speedUp: dense.timings.denoiseMs / edited.timings.denoiseMs,
    speedUpWhole: wholeMs(dense) / wholeMs(edited),
    ssimInBox,
    psnrInMask: finiteOrNull(psnrInMask),
  };
}

/** Everything but loading, the template and writing files. */
function wholeMs({ timings: { encodeMs, denoiseMs, decodeMs } }: JobResult): number {
  return encodeMs + denoiseMs + decodeMs;
}

function comparisonTable(dense: JobResult, answer: Answer): string {
  const { edited, job, changedOutside } = answer;
  const { ssimInBox, psnrInMask } = likeness(dense.picture, edited.picture, job.mask);
  const row = (name: string, result: JobResult) => [
    name,
    String(result.stepsRun),
    secondsText(result.timings.denoiseMs),
    secondsText(wholeMs(result)),
    (result.timings.denoiseMs / result.stepsRun).toFixed(1),
    `${(dense.timings.denoiseMs / result.timings.denoiseMs).toFixed(2)} x`,
  ];
  const columns = [
    { title: 'mode', align: 'left' },
    { title: 'steps' },
    { title: 'denoise' },
    { title: 'whole' },
    { title: 'ms/step' },
    { title: 'speed-up' },
    { title: 'SSIM in box' },
    { title: 'PSNR in mask' },
    { title: 'bytes outside' },
  ] as const;
  const alike = [
    ssimInBox.toFixed(4),
    decibelText(psnrInMask),
    changedOutside === undefined ? '-' : countText(changedOutside),
  ];
  const table = textTable(columns, [row('dense', dense), [...row('masked', edited), ...alike]]);
  return `${table}\nwhole: prompt, masked picture, steps, decoding and paste. SSIM and PSNR: masked against dense.`;
}

function timesText({ loadMs, templateMs, prime, edited, totalMs }: Answer): string {
  const { encodeMs, denoiseMs, decodeMs } = edited.timings;
  const parts = [
    `load ${secondsText(loadMs)}`,
    `encode ${secondsText(templateMs + encodeMs)}`,
    ...(prime === undefined ? [] : [`prime ${secondsText(prime.ms)}`]),
    `denoise ${secondsText(denoiseMs)}`,
    `decode ${secondsText(decodeMs)}`,
    `total ${secondsText(totalMs)}`,
  ];
  return parts.join(', ');
}
