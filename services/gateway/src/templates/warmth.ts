import { variantKey } from '@instgenie/domain';
import type { TemplateRecord } from '@instgenie/templates';
import type { TemplateParts } from './template-parts.ts';

/** Variants of a template that are looked for, the latest first. */
const lookUpsMax = 4;

/** Whether a worker holds a variant of a template; without an index, or an answer of it, whether one was ever made. */
export async function isWarm({ variants }: TemplateRecord, index: TemplateParts['index']): Promise<boolean> {
  if (index === undefined || variants.length === 0) return variants.length > 0;
  const latest = [...new Set(variants.map(({ key }) => key).toReversed())].slice(0, lookUpsMax);
  try {
    const holders = await Promise.all(latest.map((key) => index.locate(variantKey(key))));
    return holders.some((found) => found.length > 0);
  } catch {
    return true;
  }
}
