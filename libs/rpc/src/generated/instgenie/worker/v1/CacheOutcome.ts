/**
 * Where the activations of an edit's steps came from.
 */
export const CacheOutcome = {
  /**
   * Never sent.
   */
  CACHE_OUTCOME_UNSPECIFIED: 'CACHE_OUTCOME_UNSPECIFIED',
  /**
   * All of them from the store.
   */
  CACHE_OUTCOME_WARM: 'CACHE_OUTCOME_WARM',
  /**
   * Some of them.
   */
  CACHE_OUTCOME_PARTIAL: 'CACHE_OUTCOME_PARTIAL',
  /**
   * None: they were computed, and are kept.
   */
  CACHE_OUTCOME_COLD: 'CACHE_OUTCOME_COLD',
  /**
   * None were needed.
   */
  CACHE_OUTCOME_DENSE: 'CACHE_OUTCOME_DENSE',
} as const;

/**
 * Where the activations of an edit's steps came from.
 */
export type CacheOutcome =
  /**
   * Never sent.
   */
  | 'CACHE_OUTCOME_UNSPECIFIED'
  | 0
  /**
   * All of them from the store.
   */
  | 'CACHE_OUTCOME_WARM'
  | 1
  /**
   * Some of them.
   */
  | 'CACHE_OUTCOME_PARTIAL'
  | 2
  /**
   * None: they were computed, and are kept.
   */
  | 'CACHE_OUTCOME_COLD'
  | 3
  /**
   * None were needed.
   */
  | 'CACHE_OUTCOME_DENSE'
  | 4;

/**
 * Where the activations of an edit's steps came from.
 */
export type CacheOutcome__Output = (typeof CacheOutcome)[keyof typeof CacheOutcome];
