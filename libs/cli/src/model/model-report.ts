import { type DiffusionModel, type ModelDefaults, mappedBytes } from '@instgenie/diffusion';
import { type ActivationSize, activationSizes } from './activation-sizes.ts';
import { type WeightSize, weightSizes } from './weight-sizes.ts';

/** What a checkpoint is and what it needs, from its configs and headers alone. */
export interface ModelReport {
  readonly folder: string;
  readonly family: string;
  readonly identity: string;
  readonly blocks: { readonly separate: number; readonly joint: number };
  readonly width: number;
  readonly latentChannels: number;
  readonly conditionChannels: number;
  readonly defaults: ModelDefaults;
  readonly graphs: readonly string[];
  readonly parameters: number;
  readonly weightBytes: number;
  /** What the weights take in memory: they are mapped as float32. */
  readonly mappedBytes: number;
  readonly weights: readonly WeightSize[];
  readonly freeMemoryBytes: number;
  readonly freeDiskBytes: number;
  readonly activations: readonly ActivationSize[];
}

export interface FreeSpace {
  readonly memoryBytes: number;
  readonly diskBytes: number;
}

const usualSides = [512, 1024] as const;

/** Activations are for every step of the default schedule; of the free memory, the weights' share is taken off first. */
export function modelReport(folder: string, model: DiffusionModel, free: FreeSpace): ModelReport {
  const { denoiser, defaults, family, identity } = model;
  const weights = weightSizes(model);
  const parameters = weights.reduce((sum, each) => sum + each.parameters, 0);
  const separate = denoiser.blocks.filter(({ streams }) => streams === 'separate').length;
  const inMemory = mappedBytes(model);
  return {
    folder,
    family,
    identity,
    blocks: { separate, joint: denoiser.blocks.length - separate },
    width: denoiser.width,
    latentChannels: denoiser.latentChannels,
    conditionChannels: denoiser.conditionChannels,
    defaults,
    graphs: model.graphs.map(({ name }) => name),
    parameters,
    weightBytes: weights.reduce((sum, each) => sum + each.bytes, 0),
    mappedBytes: inMemory,
    weights,
    freeMemoryBytes: free.memoryBytes,
    freeDiskBytes: free.diskBytes,
    activations: activationSizes({
      width: denoiser.width,
      heads: denoiser.heads,
      blocks: denoiser.blocks.length,
      steps: defaults.steps,
      sides: [...new Set([...usualSides, defaults.side])].toSorted((a, b) => a - b),
      freeMemoryBytes: free.memoryBytes - inMemory,
      freeDiskBytes: free.diskBytes,
    }),
  };
}
