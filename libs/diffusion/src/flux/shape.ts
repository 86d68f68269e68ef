import type { TransformerConfig } from '@instgenie/checkpoint';
import type { StorageType } from '@instgenie/domain';

/** The lengths that decide the graphs of a FLUX transformer. */
export interface FluxShape extends TransformerConfig {
  /** Channels of a row inside the blocks: heads x headDim. */
  readonly width: number;
  /** How stored keys and values reach the blocks. */
  readonly storage: StorageType;
}

export function fluxShape(config: TransformerConfig, storage: StorageType): FluxShape {
  return { ...config, width: config.heads * config.headDim, storage };
}
