import { openCheckpoint } from '@instgenie/checkpoint';
import type { StorageType } from '@instgenie/domain';
import type { DiffusionModel } from './family.ts';
import { fluxModel } from './flux/model.ts';

/**
 * Opens the model in a diffusers folder, with blocks that take activations stored as `storage`. Throws `not-found`, `invalid` or `unsupported`, naming
 * the file and the key.
 */
export async function openModel(
  folder: string,
  { storage = 'fp32', signal }: { readonly storage?: StorageType; readonly signal?: AbortSignal | undefined } = {},
): Promise<DiffusionModel> {
  return fluxModel(await openCheckpoint(folder, signal), storage);
}
