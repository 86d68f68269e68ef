import type { Dtype, Weights } from '@instgenie/checkpoint';
import type { Component, DiffusionModel } from '@instgenie/diffusion';

/** Tensors of one element type in one component. */
export interface WeightSize {
  readonly component: Component;
  readonly type: Dtype;
  readonly tensors: number;
  readonly parameters: number;
  readonly bytes: number;
}

const components = ['transformer', 'autoencoder', 'clip', 't5'] as const satisfies readonly Component[];

/** A line for each component and element type, in the order of the components. */
export function weightSizes({ weights }: Pick<DiffusionModel, 'weights'>): readonly WeightSize[] {
  return components.flatMap((component) => sizesOf(component, weights[component]));
}

function sizesOf(component: Component, weights: Weights): readonly WeightSize[] {
  const sizes = new Map<Dtype, WeightSize>();
  for (const name of weights.names()) {
    const { dtype: type, shape, bytes } = weights.get(name);
    const known = sizes.get(type);
    sizes.set(type, {
      component,
      type,
      tensors: (known?.tensors ?? 0) + 1,
      parameters: (known?.parameters ?? 0) + shape.reduce((product, length) => product * length, 1),
      bytes: (known?.bytes ?? 0) + bytes,
    });
  }
  return [...sizes.values()];
}
