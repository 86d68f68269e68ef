import { ServiceError, type VariantKey, type VariantShape } from '@instgenie/domain';
import type { ChunkName } from '../chunk-reader.ts';
import type { DiskVariant } from '../disk/disk-tier.ts';
import type { StepLoan } from '../step-loan.ts';
import { type ChunkManifest, checksumsOf } from './chunk-manifest.ts';
import type { ChunkSource, LentChunk } from './chunk-source.ts';

/** What a store gives a source to lend from. */
export interface LendingStore {
  readonly find: (key: VariantKey) => DiskVariant | undefined;
  readonly checksums: (step: Omit<ChunkName, 'chunk'>) => Promise<readonly bigint[]>;
  readonly borrow: (name: ChunkName) => StepLoan | undefined;
  /** How long a chunk may take to come into memory. */
  readonly chunkMs: number;
}

/** Lends the variants of a store that are whole on its disk; through its memory, so that what many ask for is read once. */
export class StoreSource implements ChunkSource {
  readonly #store: LendingStore;

  constructor(store: LendingStore) {
    this.#store = store;
  }

  async variant(key: VariantKey): Promise<ChunkManifest | undefined> {
    const held = this.#store.find(key);
    const shape = offered(held);
    if (held === undefined || shape === undefined) return undefined;
    const { generation } = held.manifest;
    const checksums = new Map<number, Uint8Array>();
    for (const step of shape.steps) {
      const found = await this.#store.checksums({ key, generation, step }).catch(() => undefined);
      if (found !== undefined) checksums.set(step, checksumsOf(found));
    }
    // Without its first step it has no step that serves the first ones.
    if (!checksums.has(0)) return undefined;
    return { key, generation, shape: { ...shape, steps: [...checksums.keys()] }, checksums, tier: 'disk' };
  }

  shape({ key, generation }: Pick<ChunkName, 'key' | 'generation'>): VariantShape | undefined {
    const held = this.#store.find(key);
    return held?.manifest.generation === generation ? offered(held) : undefined;
  }

  async lend(name: ChunkName, signal: AbortSignal): Promise<LentChunk> {
    const { chunk } = name;
    const gone = () => new ServiceError('not-found', 'this worker does not hold the chunk any more');
    const shape = this.shape(name);
    if (shape?.steps.includes(name.step) !== true) throw gone();
    const loan = this.#store.borrow(name);
    if (loan === undefined) throw new ServiceError('overloaded', 'this worker has no memory for the chunk now');
    const outcome = await loan.gate.settled(chunk, this.#store.chunkMs);
    if (outcome === 'ready' && !signal.aborted) {
      const bytes = new Uint8Array(loan.buffer, loan.offsets[chunk], shape.chunkBytes[chunk]);
      return { bytes, release: () => loan.release() };
    }
    loan.release();
    throw signal.aborted ? new ServiceError('cancelled', 'cancelled') : gone();
  }
}

/** The steps of a variant that are there, if it is whole but for what was damaged since. */
function offered(held: DiskVariant | undefined): VariantShape | undefined {
  if (held?.isWhole !== true) return undefined;
  const { chunkBytes, steps } = held.manifest.shape;
  return { chunkBytes, steps: steps.filter((step) => held.steps.has(step)) };
}
