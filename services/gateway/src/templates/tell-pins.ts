import { ServiceError, variantKey } from '@instgenie/domain';
import type { TemplateRecord } from '@instgenie/templates';
import type { TemplateParts } from './template-parts.ts';

/**
 * Tells workers, through the index, which variants stay; returns whether it was told. Throws `overloaded` where too many are pinned; an index that does
 * not answer hears of it with the next sweep.
 */
export async function tellPins(
  { index, log }: Pick<TemplateParts, 'index' | 'log'>,
  { variants, id }: Pick<TemplateRecord, 'variants' | 'id'>,
  isPinned: boolean,
): Promise<boolean> {
  if (index === undefined) return false;
  try {
    for (const key of new Set(variants.map((variant) => variant.key))) {
      if (isPinned) await index.pin(variantKey(key));
      else await index.unpin(variantKey(key));
    }
    return true;
  } catch (thrown) {
    if (!(thrown instanceof ServiceError) || thrown.code !== 'unavailable') throw thrown;
    log.warn({ template: id, code: thrown.code }, 'the index is told of pins later');
    return false;
  }
}
