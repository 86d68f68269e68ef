import { openCheckpoint } from '@instgenie/checkpoint';
import type { DiffusionModel } from './family.ts';
import { fluxModel } from './flux/model.ts';

/** Opens the model in a diffusers folder. Throws `not-found`, `invalid` or `unsupported`, naming the file and the key. */
export async function openModel(folder: string, signal?: AbortSignal): Promise<DiffusionModel> {
  return fluxModel(await openCheckpoint(folder, signal));
}
