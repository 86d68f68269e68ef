export { fillChannels, fillCondition } from './condition.ts';
export type {
  BlockDescription,
  Component,
  Denoiser,
  DiffusionModel,
  GraphRecipe,
  Grid,
  ModelDefaults,
  RotaryTable,
  StageGraphs,
  StepFlops,
  TextIds,
} from './family.ts';
export { buildClipGraph } from './flux/clip-graph.ts';
export { sinusoidFrequencies, sinusoids } from './flux/sinusoid.ts';
export { buildT5Graph } from './flux/t5-graph.ts';
export { buildVaeDecoderGraph } from './flux/vae-decoder-graph.ts';
export { buildVaeEncoderGraph } from './flux/vae-encoder-graph.ts';
export { mappedBytes } from './mapped-bytes.ts';
export { type NoiseSpec, noiseRow, noiseRows } from './noise.ts';
export { openModel } from './open-model.ts';
export { nameOfScales } from './storage-graphs.ts';
