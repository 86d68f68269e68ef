import type { VariantKey } from '@instgenie/domain';
import type { ChunkManifest } from './chunk-manifest.ts';

/** A variant that other workers hold. */
export interface PeerVariant {
  readonly manifest: ChunkManifest;
  /** `host:port` of each, the preferred ones first. */
  readonly addresses: readonly string[];
}

/** The books of the peer tier: what others hold, as far as it was asked for. */
export class PeerTier {
  readonly #variantsMax: number;
  /** In the order of their last use. */
  readonly #variants = new Map<VariantKey, PeerVariant>();

  constructor(variantsMax: number) {
    this.#variantsMax = variantsMax;
  }

  add(variant: PeerVariant): void {
    const { key } = variant.manifest;
    this.#variants.delete(key);
    this.#variants.set(key, variant);
    for (const oldest of this.#variants.keys()) {
      if (this.#variants.size <= this.#variantsMax) break;
      this.#variants.delete(oldest);
    }
  }

  /** The variant, if peers hold this step of it. */
  find(key: VariantKey, step: number): PeerVariant | undefined {
    const variant = this.#variants.get(key);
    if (variant === undefined || !variant.manifest.checksums.has(step)) return undefined;
    this.add(variant);
    return variant;
  }

  get(key: VariantKey): PeerVariant | undefined {
    return this.#variants.get(key);
  }

  /** It was not what it should be, or did not come in time: it is not asked for again until somebody finds it anew. */
  forget(variant: PeerVariant): void {
    const { key } = variant.manifest;
    if (this.#variants.get(key) === variant) this.#variants.delete(key);
  }
}
