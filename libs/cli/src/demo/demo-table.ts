import type { JobTimings } from '../edit/run-job.ts';
import { decibelText, percentText, secondsText } from '../format.ts';
import { textTable } from '../table.ts';
import type { EvaluationEdit } from './evaluation-edits.ts';

/** What one edit of the demo showed. */
export interface DemoRow extends EvaluationEdit {
  readonly dense: JobTimings;
  readonly cold: JobTimings;
  readonly masked: JobTimings;
  /** Masked against dense. */
  readonly ssimInBox: number;
  readonly psnrInMask: number;
  /** Against the truth, in the mask. */
  readonly densePsnr: number;
  readonly maskedPsnr: number;
  readonly isWarmEqualToCold: boolean;
  readonly bytesChangedOutside: number;
}

export function demoTable(rows: readonly DemoRow[], steps: number): string {
  const columns = [
    { title: 'edit', align: 'left' },
    { title: 'prompt', align: 'left' },
    { title: 'mask' },
    { title: 'dense' },
    { title: 'cold' },
    { title: 'warm' },
    { title: 'speed-up' },
    { title: 'SSIM' },
    { title: 'PSNR dense' },
    { title: 'PSNR masked' },
  ] as const;
  const cells = rows.map((row) => [
    row.id,
    row.prompt,
    percentText(row.maskRatio),
    secondsText(row.dense.denoiseMs),
    secondsText(row.cold.denoiseMs),
    secondsText(row.masked.denoiseMs),
    `${(row.dense.denoiseMs / row.masked.denoiseMs).toFixed(2)} x`,
    row.ssimInBox.toFixed(4),
    decibelText(row.densePsnr),
    decibelText(row.maskedPsnr),
  ]);
  const around = rows.map(({ masked }) => masked.encodeMs + masked.decodeMs);
  const mean = around.reduce((sum, ms) => sum + ms, 0) / Math.max(around.length, 1);
  const equal = rows.every(({ isWarmEqualToCold }) => isWarmEqualToCold);
  const changed = rows.reduce((sum, { bytesChangedOutside }) => sum + bytesChangedOutside, 0);
  return `${textTable(columns, cells)}

dense: every token is computed. cold: masked, and the template is primed in the same pass. warm: masked, second edit.
Times are of ${steps} denoising steps; prompt, encoding and decoding take ${secondsText(mean)} more in each mode.
SSIM: warm against dense, in the box of the mask. PSNR: against the true result, in the mask.
Warm and cold edits are ${equal ? 'equal byte for byte' : 'NOT EQUAL'}; ${changed} bytes differ from the source outside the masks.`;
}
