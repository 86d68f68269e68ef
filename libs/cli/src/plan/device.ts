import { ServiceError } from '@instgenie/domain';

/** What decides how long steps of a model take. */
export interface PlannedModel {
  readonly name: string;
  readonly blocks: number;
  readonly width: number;
  /** Of a picture at the model's size. */
  readonly tokens: number;
  readonly textRows: number;
  readonly steps: number;
}

/** A step of FLUX.1 at 1024 pixels on a GPU, alone: what was measured, dense and at mask ratio 0.11. */
export interface GpuTimes {
  readonly denseMs: number;
  readonly maskedMs: number;
  /** From host memory to the GPU. */
  readonly bytesPerMs: number;
}

export const fluxAt1024: PlannedModel = {
  name: 'flux-1024',
  blocks: 57,
  width: 3072,
  tokens: 4096,
  textRows: 512,
  steps: 28,
};

/** Only what was measured: for others, say their times. */
export const gpus: Readonly<Record<string, GpuTimes>> = {
  h100: { denseMs: 134, maskedMs: 34, bytesPerMs: 55e6 },
};

const measuredRatio = 0.11;

/** What steps of a model take on a GPU. */
export interface DeviceTimes {
  /** Of a step, beside its rows. */
  readonly startMs: number;
  /** What an edit of so many masked tokens adds to a step. */
  readonly rowsMs: (maskedTokens: number) => number;
}

/** A line through both times: what a step costs for being one, and for its FLOPs. Throws `invalid` for times that make none. */
export function deviceTimes(model: PlannedModel, { denseMs, maskedMs }: GpuTimes): DeviceTimes {
  const reference = (ratio: number) => flopsOf(fluxAt1024, Math.round(ratio * fluxAt1024.tokens));
  const msPerFlop = (denseMs - maskedMs) / (reference(1) - reference(measuredRatio));
  const startMs = denseMs - msPerFlop * reference(1);
  if (!(msPerFlop > 0) || !(startMs >= 0)) {
    throw new ServiceError('invalid', 'step-ms: the masked time must lie between 11 % of the dense one and all of it', {
      field: 'step-ms',
    });
  }
  return {
    startMs: (startMs * model.blocks) / fluxAt1024.blocks,
    rowsMs: (masked) => msPerFlop * flopsOf(model, masked),
  };
}

/** Linear layers and attention of the rows that are computed, over all keys. */
function flopsOf({ blocks, width, tokens, textRows }: PlannedModel, maskedTokens: number): number {
  const rows = maskedTokens + textRows;
  return blocks * rows * (24 * width * width + 4 * width * (tokens + textRows));
}

/** How activations are kept. */
export interface Keeping {
  /** Of a value, with its share of scales. */
  readonly storage: 'float16' | 'int8';
  /** Every n-th step. */
  readonly keepEvery: number;
}

/** Keys and values of a template, bytes. */
export function templateBytes({ blocks, width, tokens, steps }: PlannedModel, { storage, keepEvery }: Keeping): number {
  const valueBytes = storage === 'float16' ? 2 : 1 + 4 / 128;
  return Math.ceil(steps / keepEvery) * blocks * 2 * width * tokens * valueBytes;
}
