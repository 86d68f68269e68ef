import type { TransformerConfig } from '@instgenie/checkpoint';

/** The lengths that decide the graphs of a FLUX transformer. */
export interface FluxShape extends TransformerConfig {
  /** Channels of a row inside the blocks: heads x headDim. */
  readonly width: number;
}

export function fluxShape(config: TransformerConfig): FluxShape {
  return { ...config, width: config.heads * config.headDim };
}
