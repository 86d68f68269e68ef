import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { mappableWeights, type Weights } from '@instgenie/checkpoint';
import type { Component, DiffusionModel } from '@instgenie/diffusion';
import type { GraphFile } from './inference-protocol.ts';

export interface GraphFiles {
  readonly files: ReadonlyMap<string, GraphFile>;
  /** The weights as the graphs map them. */
  readonly weights: ReadonlyMap<Component, Weights>;
}

/**
 * Writes every graph of a model beside its mappable weights, in `cache`/IDENTITY/COMPONENT. Graphs are small and are
 * written anew each time, whole or not at all, so that any number of processes may do it at once.
 */
export async function writeGraphs(model: DiffusionModel, cache: string, signal?: AbortSignal): Promise<GraphFiles> {
  const weights = new Map<Component, Weights>();
  const files = new Map<string, GraphFile>();
  for (const { name, component, build } of model.graphs) {
    signal?.throwIfAborted();
    const folder = join(cache, model.identity.slice(0, 32), component);
    await mkdir(folder, { recursive: true });
    const mapped = weights.get(component) ?? (await mappableWeights(model.weights[component], folder, signal));
    weights.set(component, mapped);
    const path = join(folder, `${name}.onnx`);
    const temporary = `${path}.${process.pid}.tmp`;
    await writeFile(temporary, build(mapped));
    await rename(temporary, path);
    files.set(name, { name, path });
  }
  return { files, weights };
}
