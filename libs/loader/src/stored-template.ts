import { ServiceError, type VariantKey } from '@instgenie/domain';
import {
  ActivationLayout,
  activationShape,
  type Engine,
  Template,
  type TemplateSpec,
  variantShape,
} from '@instgenie/engine';
import type { ActivationStore } from '@instgenie/store';
import { type KeptVariant, StoreKeeper } from './store-keeper.ts';
import { variantKeyOf } from './variant-key.ts';

/** A template whose activations are in a store; to be disposed of before the store. */
export interface StoredTemplate extends AsyncDisposable {
  readonly template: Template;
  readonly keeper: StoreKeeper;
}

/** The variant that a template's edits use, before anything of it is computed. */
export function variantOf(engine: Engine, spec: TemplateSpec & { readonly tenantSalt?: string }): KeptVariant {
  const shape = activationShape(engine, spec);
  const kept = variantShape(engine, spec);
  const { blocks } = engine.model.denoiser;
  const rows = shape.tokens + spec.textRows;
  const flops = blocks.length * engine.model.blockFlops({ rows, keys: rows });
  return {
    key: variantKeyOf(engine, spec),
    layout: new ActivationLayout(shape),
    shape: kept,
    recomputeMs: (kept.steps.length * flops) / usualFlopsPerMs,
  };
}

/** A hint that cannot be had, or leads nowhere, costs its time and nothing else. */
async function lookFor(
  store: ActivationStore,
  { key, shape, recomputeMs }: KeptVariant,
  { locate }: PeerLookup,
): Promise<void> {
  if (store.find(key)?.isWhole === true) return;
  try {
    const addresses = await locate(key);
    if (!(await store.findAtPeers(key, { shape, addresses }))) return;
    void store.copyFromPeers(key, { recomputeMs }).catch(() => false);
  } catch (thrown) {
    if (!(thrown instanceof ServiceError)) throw thrown;
  }
}

/** Only ratios between variants matter to who evicts them. */
const usualFlopsPerMs = 100e6;

/** Finds workers that hold a variant. */
export interface PeerLookup {
  /** `host:port` of their chunk services, the preferred ones first; none where nobody knows. */
  readonly locate: (key: VariantKey) => Promise<readonly string[]>;
}

/**
 * Prepares a template whose activations are read from the store and kept in it. What the store lacks is looked for at
 * peers while the picture is encoded, read from them, and copied to the own disk in the background; without them it is
 * computed.
 */
export async function storedTemplate(
  engine: Engine,
  store: ActivationStore,
  spec: TemplateSpec & { readonly tenantSalt?: string },
  peers?: PeerLookup,
): Promise<StoredTemplate> {
  const variant = variantOf(engine, spec);
  const keeper = new StoreKeeper(store, variant);
  const [template] = await Promise.all([
    Template.prepare(engine, spec, keeper),
    peers === undefined ? undefined : lookFor(store, variant, peers),
  ]);
  return {
    template,
    keeper,
    [Symbol.asyncDispose]: async () => {
      await keeper[Symbol.asyncDispose]();
      await template[Symbol.asyncDispose]();
    },
  };
}
