import { createHash } from 'node:crypto';
import type { Box } from '@instgenie/domain';
import type { TemplateRecord } from '@instgenie/templates';

/** What decides, together with a worker's engine, which variant of a template an edit uses. */
export interface Route {
  readonly record: TemplateRecord;
  readonly steps: number;
  readonly guidance: number | undefined;
  /** Another version of the template's model that it runs on, where that is so. */
  readonly version: string | undefined;
  /** Of the picture: what the model sees. */
  readonly window: { readonly box: Box; readonly level: number };
}

/** Names a route: edits of one route use one variant on each kind of engine. 64 hexadecimal digits. Pure. */
export function routeKey({ record, steps, guidance, version, window: { box, level } }: Route): string {
  const parts = [record.id, steps, guidance ?? null, box.left, box.top, box.width, box.height, level];
  const all = version === undefined ? parts : [...parts, version];
  return createHash('sha256').update(JSON.stringify(all)).digest('hex');
}

/** The variants that edits of a route have used. */
export function variantsOf(record: TemplateRecord, route: string): readonly string[] {
  return record.variants.filter((variant) => variant.route === route).map(({ key }) => key);
}
