import { type ExpirySettings, needsTouch, type TemplateRecord, variantsMax } from '@instgenie/templates';

/** A variant that an edit has used. */
export interface UsedVariant {
  readonly key: string;
  /** On a disk; 0 where it is not kept. */
  readonly bytes: number;
  readonly route: string;
}

/**
 * What is known of a template after edits of it, and the variants that had to be forgotten for that. The same record
 * where nothing is worth writing down. Pure.
 */
export function noteVariants(
  record: TemplateRecord,
  used: readonly UsedVariant[],
  { settings, nowMs }: { readonly settings: ExpirySettings; readonly nowMs: number },
): { readonly record: TemplateRecord; readonly dropped: readonly string[] } {
  const fresh = used.filter((variant) => variant.bytes > 0 && !isKnown(record, variant));
  if (fresh.length === 0 && !needsTouch(record, settings, nowMs)) return { record, dropped: [] };
  const isReplaced = (key: string, route: string | undefined) =>
    fresh.some((variant) => variant.key === key && (route === undefined || variant.route === route));
  const kept = record.variants.filter(({ key, route }) => !isReplaced(key, route));
  const all = [...kept, ...fresh.map(({ key, bytes, route }) => ({ key, bytes, route }))];
  const variants = all.slice(-variantsMax);
  const left = new Set(variants.map(({ key }) => key));
  const dropped = all.map(({ key }) => key).filter((key) => !left.has(key));
  return { record: { ...record, variants, lastUsedAt: new Date(nowMs).toISOString() }, dropped: [...new Set(dropped)] };
}

function isKnown({ variants }: TemplateRecord, { key, bytes, route }: UsedVariant): boolean {
  return variants.some((variant) => variant.key === key && variant.route === route && variant.bytes === bytes);
}
