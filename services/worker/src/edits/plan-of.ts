import { type Mask, maskedRows, type Plan } from '@instgenie/domain';
import type { StoredTemplate } from '@instgenie/loader';
import { planEdit } from '@instgenie/planner';
import type { ModelHost } from '../models/model-host.ts';

/**
 * The modes of an edit's steps and blocks, from its spec and the model's pinned profile alone: whatever the worker has to
 * do, and wherever activations are, the same edit has the same plan. Undefined where there is no profile.
 */
export function planOf(
  { engine, settings }: ModelHost,
  { template, keeper }: StoredTemplate,
  mask: Mask,
): Plan | undefined {
  const { profile } = settings;
  if (profile === undefined) return undefined;
  const { steps, textRows } = template.spec;
  const keys = template.state.tokens + textRows;
  const full = engine.model.blockFlops({ rows: keys, keys });
  const masked = engine.model.blockFlops({ rows: maskedRows(mask).length + textRows, keys });
  return planEdit(profile, {
    steps,
    blocks: engine.model.denoiser.blocks.length,
    // Hidden states are not kept, so mode x is none of the options.
    flops: { full, kv: masked, x: full },
    keysAndValuesBytes: Math.max(...keeper.variant.shape.chunkBytes),
    hiddenBytes: undefined,
  });
}
