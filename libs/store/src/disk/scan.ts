import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type VariantKey, variantKey } from '@instgenie/domain';
import { stepFileBytes } from '../format/layout.ts';
import { decodeManifest, type Manifest, manifestBytesMax } from '../format/manifest.ts';
import { isStoreFile, manifestName, stepName, variantsFolder } from './paths.ts';

/** A variant with a good manifest, and those of its steps whose files are there with the right length. */
export interface FoundVariant {
  readonly manifest: Manifest;
  readonly steps: readonly number[];
  /** When its manifest was written, milliseconds since 1970. */
  readonly writtenMs: number;
}

/** What lies on the disk. Paths are below the folder of all variants. */
export interface Scan {
  readonly variants: FoundVariant[];
  /** Folders of variants that are not there: without a manifest, with a damaged one or one of another format. */
  readonly leftFolders: VariantKey[];
  /** Files in good variants that are temporary, of a wrong length or of a step that is not kept. */
  readonly leftFiles: string[];
  /** What the store never wrote; it stays. */
  readonly foreign: string[];
}

/**
 * Looks through all variants. Reads manifests and lengths, no chunk. Blocks its thread:
 * plain calls are many times faster than promises here, and a scan has nothing to overlap with.
 */
export function scanVariants(root: string): Scan {
  const all = variantsFolder(root);
  const scan: Scan = { variants: [], leftFolders: [], leftFiles: [], foreign: [] };
  for (const shelf of readdirSync(all)) {
    if (!/^[0-9a-f]{2}$/.test(shelf) || !statSync(join(all, shelf)).isDirectory()) {
      scan.foreign.push(shelf);
      continue;
    }
    for (const name of readdirSync(join(all, shelf))) {
      if (/^[0-9a-f]{64}$/.test(name) && name.startsWith(shelf)) scanVariant(all, variantKey(name), scan);
      else scan.foreign.push(join(shelf, name));
    }
  }
  return scan;
}

function scanVariant(all: string, key: VariantKey, scan: Scan): void {
  const folder = join(key.slice(0, 2), key);
  const names = new Set(readdirSync(join(all, folder)));
  for (const name of names) if (!isStoreFile(name)) scan.foreign.push(join(folder, name));
  const manifestPath = join(all, folder, manifestName);
  const manifest = names.delete(manifestName) ? readManifest(manifestPath) : undefined;
  if (manifest?.key !== key) {
    scan.leftFolders.push(key);
    return;
  }
  const fileBytes = stepFileBytes(manifest.shape);
  const steps = manifest.shape.steps.filter((step) => {
    const name = stepName(step);
    return names.has(name) && statSync(join(all, folder, name)).size === fileBytes && names.delete(name);
  });
  for (const name of names) if (isStoreFile(name)) scan.leftFiles.push(join(folder, name));
  if (steps.length === 0) scan.leftFolders.push(key);
  else scan.variants.push({ manifest, steps, writtenMs: statSync(manifestPath).mtimeMs });
}

/** Undefined for anything that is no manifest of this format: such a variant is filled anew. */
function readManifest(path: string): Manifest | undefined {
  try {
    return statSync(path).size > manifestBytesMax ? undefined : decodeManifest(readFileSync(path));
  } catch {
    return undefined;
  }
}
