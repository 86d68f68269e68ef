import type { StorageType } from '@instgenie/domain';
import { Engine, type EngineOptions, type Provider } from '@instgenie/engine';
import { type CommandContext, callerPath } from './command-context.ts';
import { modelFolder } from './default-model.ts';

/** What `modelFlags` parse to. */
export interface ModelFlags {
  readonly model?: string;
  readonly cache?: string;
  readonly provider: Provider;
  readonly threads?: number;
}

/** Loads the model that the flags ask for. The caller disposes of the engine. */
export async function openEngine(
  context: CommandContext,
  flags: ModelFlags & { readonly storage?: StorageType },
): Promise<Engine> {
  const folder = modelFolder(context, flags.model);
  context.progress.note(`loading ${folder}`);
  const options: EngineOptions = {
    folder,
    provider: flags.provider,
    signal: context.signal,
    ...(flags.cache === undefined ? {} : { cache: callerPath(context, flags.cache) }),
    ...(flags.threads === undefined ? {} : { threads: flags.threads }),
    ...(flags.storage === undefined ? {} : { storage: flags.storage }),
  };
  return await Engine.open(options);
}
