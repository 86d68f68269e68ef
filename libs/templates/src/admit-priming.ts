import { keptSteps, type StorageType, storageTypes } from '@instgenie/domain';

/** How activations could be kept, and what that takes. */
export interface PrimingChoice {
  readonly storage: StorageType;
  readonly keepEvery: number;
  readonly bytes: number;
}

export interface PrimingRequest {
  readonly asked: PrimingChoice;
  /** Bytes of the tenant's variants so far, and how many they may be. */
  readonly tenantUsed: number;
  readonly tenantQuota: number;
  /** Bytes that all variants of a node may take on its disk: what is above it can never be kept. */
  readonly diskBudget: number;
  /** What to offer instead, in the order of preference. */
  readonly alternatives: readonly PrimingChoice[];
}

export type Admission =
  | { readonly kind: 'admitted' }
  | { readonly kind: 'refused'; readonly message: string; readonly fits: readonly PrimingChoice[] };

/** Whether a template may be primed, before anything is computed; if not, says by how much and what fits instead. */
export function admitPriming(request: PrimingRequest): Admission {
  const { asked, tenantUsed, tenantQuota, diskBudget, alternatives } = request;
  const left = Math.max(0, tenantQuota - tenantUsed);
  const room = Math.min(left, diskBudget);
  if (asked.bytes <= room) return { kind: 'admitted' };
  const fits = alternatives.filter(({ bytes }) => bytes <= room);
  const limit =
    left <= diskBudget
      ? `${left} of the quota of ${tenantQuota} bytes are left`
      : `the disk's budget is ${diskBudget} bytes`;
  const offers = fits.length === 0 ? 'nothing smaller fits' : `what fits: ${fits.map(choiceText).join('; ')}`;
  return { kind: 'refused', message: `priming takes ${asked.bytes} bytes, but ${limit}; ${offers}`, fits };
}

/** Smaller ways to keep a template than the one asked for: int8, every 2nd and 4th of its kept steps, and both. Largest first. */
export function smallerChoices({
  asked,
  steps,
  stepBytes,
}: {
  readonly asked: Pick<PrimingChoice, 'storage' | 'keepEvery'>;
  readonly steps: number;
  /** Bytes of a step's activations by storage type. */
  readonly stepBytes: (storage: StorageType) => number;
}): readonly PrimingChoice[] {
  const choice = (storage: StorageType, keepEvery: number): PrimingChoice => ({
    storage,
    keepEvery,
    bytes: stepBytes(storage) * keptSteps(steps, keepEvery).length,
  });
  const { bytes: most } = choice(asked.storage, asked.keepEvery);
  const narrow = storageTypes.filter((storage) => storage === 'int8' || storage === asked.storage);
  return narrow
    .flatMap((storage) => [1, 2, 4].map((factor) => choice(storage, asked.keepEvery * factor)))
    .filter(({ bytes }) => bytes < most)
    .toSorted((a, b) => b.bytes - a.bytes);
}

function choiceText({ storage, keepEvery, bytes }: PrimingChoice): string {
  return `${storage}${keepEvery === 1 ? '' : `, one step in ${keepEvery}`} (${bytes} bytes)`;
}
