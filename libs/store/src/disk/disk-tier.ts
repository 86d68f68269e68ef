import { ServiceError, type VariantKey, type VariantShape } from '@instgenie/domain';
import type { EvictionPolicy } from '../eviction/policy.ts';
import { variantFileBytes } from '../format/layout.ts';
import type { Manifest } from '../format/manifest.ts';

/** A variant that is on disk, or being written. */
export interface DiskVariant {
  readonly manifest: Manifest;
  /** Steps whose files are there. */
  readonly steps: Set<number>;
  /** Counted from the moment it is to be written. */
  readonly bytes: number;
  /** Whether its manifest is written: only then it outlives the process. */
  isWhole: boolean;
  isPinned: boolean;
  /** Whether somebody writes its steps now. */
  isFilling: boolean;
  /** Loans of its steps, and its filling. It stays while there are any. */
  users: number;
}

/** The books of the disk tier: a budget of bytes over whole variants. Decides, and touches no file. */
export class DiskTier {
  readonly bytesMax: number;
  readonly #policy: EvictionPolicy;
  readonly #now: () => number;
  readonly #variants = new Map<VariantKey, DiskVariant>();
  /** Of variants that were taken out and whose files are not gone yet. */
  #leavingBytes = 0;
  #usedBytes = 0;

  constructor({
    bytesMax,
    policy,
    now,
  }: { readonly bytesMax: number; readonly policy: EvictionPolicy; readonly now: () => number }) {
    this.bytesMax = bytesMax;
    this.#policy = policy;
    this.#now = now;
  }

  /** Bytes of all files, those on their way out too. */
  get usedBytes(): number {
    return this.#usedBytes + this.#leavingBytes;
  }

  get variants(): ReadonlyMap<VariantKey, DiskVariant> {
    return this.#variants;
  }

  find(key: VariantKey): DiskVariant | undefined {
    return this.#variants.get(key);
  }

  use(key: VariantKey): void {
    this.#policy.use(key, this.#now());
  }

  /** Takes a variant into the books, room or not. */
  add(fields: Pick<DiskVariant, 'manifest' | 'isWhole'> & { readonly steps: Iterable<number> }): DiskVariant {
    const { manifest, isWhole } = fields;
    const bytes = variantFileBytes(manifest.shape, manifest.shape.steps.length);
    const variant: DiskVariant = {
      manifest,
      steps: new Set(fields.steps),
      bytes,
      isWhole,
      isPinned: false,
      isFilling: false,
      users: 0,
    };
    this.#variants.set(manifest.key, variant);
    this.#usedBytes += bytes;
    this.#policy.add({ id: manifest.key, bytes, savedMs: manifest.recomputeMs }, this.#now());
    return variant;
  }

  /** Takes a variant out of the books; `left` is to be called when its files are gone. */
  remove(key: VariantKey): { readonly left: () => void } | undefined {
    const variant = this.#variants.get(key);
    if (variant === undefined) return undefined;
    this.#variants.delete(key);
    this.#policy.remove(key);
    this.#usedBytes -= variant.bytes;
    this.#leavingBytes += variant.bytes;
    let isGone = false;
    return {
      left: () => {
        if (!isGone) this.#leavingBytes -= variant.bytes;
        isGone = true;
      },
    };
  }

  /** What has to go so that `bytes` more fit below `bytesMax`. Throws `overloaded` where not enough may go. */
  victimsFor(bytes: number, bytesMax = this.bytesMax): readonly VariantKey[] {
    const victims = new Set<string>();
    let left = this.#usedBytes + bytes;
    while (left > bytesMax) {
      const victim = this.#policy.victim((id) => !victims.has(id) && this.#mayGo(id), this.#now());
      const found = victim === undefined ? undefined : this.#variants.get(victim as VariantKey);
      if (found === undefined) throw doesNotFit(bytes, bytesMax);
      victims.add(found.manifest.key);
      left -= found.bytes;
    }
    return [...victims] as VariantKey[];
  }

  /** As many as may go, down to `bytesMax`. */
  victimsDownTo(bytesMax: number): readonly VariantKey[] {
    const mayGo = [...this.#variants.values()].filter(({ manifest }) => this.#mayGo(manifest.key));
    const least = this.#usedBytes - mayGo.reduce((sum, { bytes }) => sum + bytes, 0);
    return this.victimsFor(0, Math.max(bytesMax, least));
  }

  #mayGo(id: string): boolean {
    const variant = this.#variants.get(id as VariantKey);
    return variant !== undefined && variant.users === 0 && !variant.isPinned;
  }
}

/** Bytes on disk of a whole variant. */
export function variantBytes(shape: VariantShape): number {
  return variantFileBytes(shape, shape.steps.length);
}

function doesNotFit(bytes: number, bytesMax: number): ServiceError {
  const mib = (count: number) => `${Math.ceil(count / 1024 ** 2)} MiB`;
  const text = `disk: ${mib(bytes)} of activations do not fit the budget of ${mib(bytesMax)} beside what is pinned or in use`;
  const help = 'store them as int8, keep every 2nd or 4th step only, or raise the budget';
  return new ServiceError('overloaded', `${text}; ${help}`, { field: 'disk' });
}
