import { Tensor } from 'onnxruntime-node';
import type { StepActivations } from './activations.ts';
import type { RowBuffers } from './row-buffers.ts';

/** Where a block writes the keys and values of the image rows that it computes. */
export interface CaptureTargets {
  readonly results: Readonly<Record<string, Tensor>>;
  /** To be called when the block is done. */
  readonly finish: () => void;
}

const outputs = [
  ['key', 'keys'],
  ['value', 'values'],
] as const;

/**
 * Lets a block that computes every token of one template write straight into the template's activations, or beside
 * them where its output has other rows too: `before` of them first, and some at the end.
 */
export function captureTargets(
  activations: StepActivations,
  {
    block,
    before,
    rows,
    buffers,
  }: { readonly block: number; readonly before: number; readonly rows: number; readonly buffers: RowBuffers },
): CaptureTargets {
  const { tokens, width } = activations.shape;
  const results: Record<string, Tensor> = {};
  const copies: (() => void)[] = [];
  for (const [kind, output] of outputs) {
    if (!activations.has(kind)) continue;
    const into = activations.rows(block, kind);
    const target = rows === tokens ? into : buffers.take(`capture.${kind}`, rows * width);
    results[output] = new Tensor('float32', target, [rows, width]);
    if (target !== into) copies.push(() => into.set(target.subarray(before * width, (before + tokens) * width)));
  }
  return { results, finish: () => copies.forEach((copy) => copy()) };
}
