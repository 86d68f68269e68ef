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

/** Only ratios between variants matter to who evicts them. */
const usualFlopsPerMs = 100e6;

/** Prepares a template whose activations are read from the store and kept in it. */
export async function storedTemplate(
  engine: Engine,
  store: ActivationStore,
  spec: TemplateSpec & { readonly tenantSalt?: string },
): Promise<StoredTemplate> {
  const keeper = new StoreKeeper(store, variantOf(engine, spec));
  const template = await Template.prepare(engine, spec, keeper);
  return {
    template,
    keeper,
    [Symbol.asyncDispose]: async () => {
      await keeper[Symbol.asyncDispose]();
      await template[Symbol.asyncDispose]();
    },
  };
}
