import { type StorageType, storageTypes, tokenSide } from '@instgenie/domain';
import { type ActivationKind, ActivationLayout, allKinds, kvKinds } from '@instgenie/engine';

export interface ActivationSize {
  /** Of a square picture, in pixels. */
  readonly side: number;
  readonly tokens: number;
  /** `kv`: keys and values; `kv+x`: the hidden states too. */
  readonly kept: 'kv' | 'kv+x';
  readonly storage: StorageType;
  readonly stepBytes: number;
  readonly templateBytes: number;
  /** How many templates the free memory and the free disk hold. */
  readonly inMemory: number;
  readonly onDisk: number;
}

const keptKinds = { kv: kvKinds, 'kv+x': allKinds } as const satisfies Record<string, readonly ActivationKind[]>;

export interface ActivationRequest {
  readonly width: number;
  readonly heads: number;
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
      storageTypes.map((storage) => sizeOf(request, { side, kept, storage })),
    ),
  );
}

function sizeOf(
  { width, heads, blocks, steps, freeMemoryBytes, freeDiskBytes }: ActivationRequest,
  { side, kept, storage }: Pick<ActivationSize, 'side' | 'kept' | 'storage'>,
): ActivationSize {
  const tokens = (side / tokenSide) ** 2;
  const layout = new ActivationLayout({ tokens, width, heads, blocks, kinds: keptKinds[kept], storage });
  const stepBytes = layout.bytes;
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
