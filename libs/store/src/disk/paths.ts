import { join } from 'node:path';
import type { VariantKey } from '@instgenie/domain';

// root/variants/<2 digits>/<key>/manifest.json, <step>.step
// root/trash/<name>.<number>                     on the way out; nobody reads here
export const manifestName = 'manifest.json';
export const temporarySuffix = '.partial';

export function variantsFolder(root: string): string {
  return join(root, 'variants');
}

export function trashFolder(root: string): string {
  return join(root, 'trash');
}

export function variantFolder(root: string, key: VariantKey): string {
  return join(variantsFolder(root), key.slice(0, 2), key);
}

export function stepName(step: number): string {
  return `${String(step).padStart(5, '0')}.step`;
}

/** Whether the store itself gives files such names; it removes no others. */
export function isStoreFile(name: string): boolean {
  return /^(manifest\.json|\d{5}\.step)(\.partial)?$/.test(name);
}
