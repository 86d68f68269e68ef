import { Tensor } from 'onnxruntime-node';
import type { BatchLayout } from './batch-layout.ts';
import type { RotaryBatch } from './rotary-tables.ts';

/** The index inputs of a layout, made once and fed to every block that has it. */
export class LayoutTensors {
  readonly layout: BatchLayout;
  /** Inputs of blocks whose text and image rows are one matrix. */
  readonly joint: Readonly<Record<string, Tensor>>;
  /** Inputs of blocks whose text and image rows are apart. */
  readonly separate: Readonly<Record<string, Tensor>>;
  /** Which request each fresh image row belongs to. */
  readonly imageOwner: Tensor;

  constructor(layout: BatchLayout, { cos, sin }: RotaryBatch) {
    const { members, textCount, imageCount, rotary, owner } = layout;
    const freshCount = textCount + imageCount;
    const owners = (from: number, to?: number) => int64(members.length === 1 ? lone : owner.subarray(from, to));
    this.layout = layout;
    const shared = {
      cos,
      sin,
      spans: int64(layout.spans, 8),
      own: int64(layout.own),
      order: int64(layout.order),
      projected_owner: owners(freshCount),
    };
    this.joint = {
      ...shared,
      owner: owners(0, freshCount),
      query_rotary: int64(rotary.subarray(0, freshCount), 1),
      key_rotary: int64(rotary, 1),
    };
    this.separate = {
      ...shared,
      text_owner: owners(0, textCount),
      image_owner: owners(textCount, freshCount),
      query_rotary: int64(rotary.subarray(textCount, freshCount), 1),
      key_rotary: int64(rotary.subarray(textCount), 1),
    };
    this.imageOwner = owners(textCount, freshCount);
  }
}

/** The only request, whose modulation then broadcasts to every row. */
const lone = BigInt64Array.of(0n);

function int64(values: BigInt64Array, columns?: number): Tensor {
  return new Tensor('int64', values, columns === undefined ? [values.length] : [values.length / columns, columns]);
}
