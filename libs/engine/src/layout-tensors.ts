import { Tensor } from 'onnxruntime-node';
import type { BatchLayout } from './batch-layout.ts';
import type { RotaryBatch } from './rotary-tables.ts';

/** The index inputs of a layout, made once and fed to every block that has it. */
export class LayoutTensors {
  readonly layout: BatchLayout;
  /** Inputs of both kinds of block. */
  readonly shared: Readonly<Record<string, Tensor>>;
  /** Inputs of blocks whose text and image rows are one matrix. */
  readonly joint: Readonly<Record<string, Tensor>>;
  /** Inputs of blocks whose text and image rows are apart. */
  readonly separate: Readonly<Record<string, Tensor>>;
  /** Which request each fresh image row belongs to. */
  readonly imageOwner: Tensor;

  constructor(layout: BatchLayout, { cos, sin }: RotaryBatch) {
    const { members, textCount, imageCount, owner, rotary } = layout;
    const ownersOf = (from: number, to: number) => int64(members.length === 1 ? owner : owner.subarray(from, to));
    this.layout = layout;
    this.shared = { cos, sin, slots: int64(layout.slots, 1), spans: int64(layout.spans, 6) };
    this.joint = {
      owner: int64(owner),
      rotary: int64(rotary, 1),
      text_count: count(textCount),
      fresh_count: count(textCount + imageCount),
    };
    this.separate = {
      text_owner: ownersOf(0, textCount),
      image_owner: ownersOf(textCount, owner.length),
      rotary: int64(rotary.subarray(textCount), 1),
      fresh_count: count(imageCount),
    };
    this.imageOwner = ownersOf(textCount, textCount + imageCount);
  }
}

function int64(values: BigInt64Array, columns?: number): Tensor {
  return new Tensor('int64', values, columns === undefined ? [values.length] : [values.length / columns, columns]);
}

function count(value: number): Tensor {
  return new Tensor('int64', BigInt64Array.of(BigInt(value)), [1]);
}
