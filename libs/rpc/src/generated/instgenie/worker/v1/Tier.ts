/**
 * Where a variant's bytes are read from.
 */
export const Tier = {
  /**
   * Never sent.
   */
  TIER_UNSPECIFIED: 'TIER_UNSPECIFIED',
  /**
   * From memory.
   */
  TIER_MEMORY: 'TIER_MEMORY',
  /**
   * From a disk of the worker's own node.
   */
  TIER_DISK: 'TIER_DISK',
} as const;

/**
 * Where a variant's bytes are read from.
 */
export type Tier =
  /**
   * Never sent.
   */
  | 'TIER_UNSPECIFIED'
  | 0
  /**
   * From memory.
   */
  | 'TIER_MEMORY'
  | 1
  /**
   * From a disk of the worker's own node.
   */
  | 'TIER_DISK'
  | 2;

/**
 * Where a variant's bytes are read from.
 */
export type Tier__Output = (typeof Tier)[keyof typeof Tier];
