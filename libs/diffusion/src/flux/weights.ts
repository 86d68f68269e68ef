import assert from 'node:assert/strict';
import { basename } from 'node:path';
import type { Weights } from '@instgenie/checkpoint';
import type { GraphBuilder, Value } from '@instgenie/onnx';
import type { WeightSource } from './layers.ts';

/**
 * The checkpoint's weights as values of one graph, each added on first use. They must be mappable (float32), and the
 * graph must be written to the folder that their files lie in.
 */
export function graphWeights(graph: GraphBuilder, weights: Weights): WeightSource {
  const added = new Map<string, Value>();
  return (name, shape) => {
    const known = added.get(name);
    if (known !== undefined) return known;
    const { dtype, path, offset, bytes } = weights.get(name, shape);
    assert(dtype === 'F32', `weight ${name}: ${dtype} cannot be mapped, only F32`);
    const value = graph.weight(name, { file: basename(path), offset, bytes, type: 'float32', shape });
    added.set(name, value);
    return value;
  };
}
