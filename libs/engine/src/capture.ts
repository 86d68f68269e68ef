import { Tensor } from 'onnxruntime-node';
import type { StepActivations } from './activations.ts';
import { narrow } from './stored-rows.ts';
import type { TrackContext } from './track.ts';

/** Where a block writes the keys and values of the image rows that it computes. */
export interface CaptureTargets {
  readonly results: Readonly<Record<string, Tensor>>;
  /** To be called when the block is done. */
  readonly finish: () => Promise<void>;
}

const outputs = [
  ['key', 'keys'],
  ['value', 'values'],
] as const;

/**
 * Lets a block that computes every token of one template write straight into the template's activations, or beside
 * them where they are stored in another form or its output has other rows too: `before` of them first, and some at the
 * end.
 */
export function captureTargets(
  context: TrackContext,
  activations: StepActivations,
  { block, before, rows }: { readonly block: number; readonly before: number; readonly rows: number },
): CaptureTargets {
  const { tokens, width } = activations.shape;
  const results: Record<string, Tensor> = {};
  const copies: (() => Promise<void>)[] = [];
  for (const [kind, output] of outputs) {
    if (!activations.has(kind)) continue;
    const into = activations.rows(block, kind);
    const isDirect = into.data instanceof Float32Array && rows === tokens;
    const target = isDirect ? into.data : context.buffers.take(`capture.${kind}`, rows * width);
    results[output] = new Tensor('float32', target, [rows, width]);
    const image = () => target.subarray(before * width, (before + tokens) * width);
    if (!isDirect) copies.push(() => narrow(context, image(), into));
  }
  return {
    results,
    finish: async () => {
      for (const copy of copies) await copy();
    },
  };
}
