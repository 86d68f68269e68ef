import { tokenSide } from '@instgenie/domain';
import { type ActivationKind, activationBytes, allKinds, kvKinds } from '@instgenie/engine';

export interface ActivationSize {
  /** Of a square picture, in pixels. */
  readonly side: number;
  readonly tokens: number;
  /** `kv`: keys and values; `kv+x`: the hidden states too. */
  readonly kept: 'kv' | 'kv+x';
  /** int8 counts the values alone; their scales add a few percent. */
  readonly storage: Storage;
  readonly stepBytes: number;
  readonly templateBytes: number;
  /** How many templates the free memory and the free disk hold. */
  readonly inMemory: number;
  readonly onDisk: number;
}

type Storage = 'fp32' | 'fp16' | 'int8';

const valueBytes = { fp32: 4, fp16: 2, int8: 1 } as const satisfies Record<Storage, number>;
const keptKinds = { kv: kvKinds, 'kv+x': allKinds } as const satisfies Record<string, readonly ActivationKind[]>;

export interface ActivationRequest {
  readonly width: number;
  readonly blocks: number;
  readonly steps: number;
  readonly sides: readonly number[];
  readonly freeMemoryBytes: number;
  readonly freeDiskBytes: number;
}

/** What a template takes in every way to keep it: sides first, then what is kept, then how it is stored. */
export function activationSizes(request: ActivationRequest): readonly ActivationSize[] {
  return request.sides.flatMap((side) =>
    (['kv', 'kv+x'] as const).flatMap((kept) =>
      (['fp32', 'fp16', 'int8'] as const).map((storage) => sizeOf(request, { side, kept, storage })),
    ),
  );
}

function sizeOf(
  { width, blocks, steps, freeMemoryBytes, freeDiskBytes }: ActivationRequest,
  { side, kept, storage }: Pick<ActivationSize, 'side' | 'kept' | 'storage'>,
): ActivationSize {
  const tokens = (side / tokenSide) ** 2;
  const floats = activationBytes({ tokens, width, blocks, kinds: keptKinds[kept] }) / Float32Array.BYTES_PER_ELEMENT;
  const stepBytes = floats * valueBytes[storage];
  const templateBytes = stepBytes * steps;
  const fitting = (bytes: number) => Math.max(Math.floor(bytes / templateBytes), 0);
  return {
    side,
    tokens,
    kept,
    storage,
    stepBytes,
    templateBytes,
    inMemory: fitting(freeMemoryBytes),
    onDisk: fitting(freeDiskBytes),
  };
}
