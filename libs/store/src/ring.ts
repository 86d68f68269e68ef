import { ChunkGate } from '@instgenie/domain';

/** Memory smaller than a step: its chunks take turns in equal slots. */
export interface Ring {
  readonly gate: ChunkGate;
  readonly offsets: readonly number[];
  /** For each chunk in the order of loading, how many chunks must be used up before its slot is free. */
  readonly turns: readonly { readonly chunk: number; readonly after: number }[];
}

/** Lets the chunks asked for, in order, take turns in the slots. */
export function ringOf(
  chunks: readonly number[],
  { count, slots }: { readonly count: number; readonly slots: readonly number[] },
): Ring {
  const offsets = Array.from({ length: count }, () => -1);
  const turns = chunks.map((chunk, at) => {
    offsets[chunk] = slots[at % slots.length] ?? -1;
    const before = chunks[at - slots.length];
    return { chunk, after: before === undefined ? 0 : before + 1 };
  });
  return { gate: ChunkGate.closed(count), offsets, turns };
}
