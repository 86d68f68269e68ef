import type { Weights } from '@instgenie/checkpoint';
import type { DiffusionModel } from './family.ts';

const mappedBytesEach = 4;

/** What a model's weights take in memory once they are loaded: they are mapped as float32. */
export function mappedBytes({ weights }: Pick<DiffusionModel, 'weights'>): number {
  const components: readonly Weights[] = Object.values(weights);
  return components
    .flatMap((component) => [...component.names()].map((name) => component.get(name).shape))
    .reduce((sum, shape) => sum + mappedBytesEach * shape.reduce((product, length) => product * length, 1), 0);
}
