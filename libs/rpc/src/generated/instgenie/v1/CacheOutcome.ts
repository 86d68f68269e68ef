/**
 * Where the activations of an edit came from.
 */
export const CacheOutcome = {
  /**
   * Never sent.
   */
  CACHE_OUTCOME_UNSPECIFIED: 'CACHE_OUTCOME_UNSPECIFIED',
  /**
   * All of them were kept.
   */
  CACHE_OUTCOME_HIT: 'CACHE_OUTCOME_HIT',
  /**
   * Some of them.
   */
  CACHE_OUTCOME_PARTIAL: 'CACHE_OUTCOME_PARTIAL',
  /**
   * None: they were computed, and are kept from now on.
   */
  CACHE_OUTCOME_MISS: 'CACHE_OUTCOME_MISS',
  /**
   * None were needed.
   */
  CACHE_OUTCOME_DENSE: 'CACHE_OUTCOME_DENSE',
} as const;

/**
 * Where the activations of an edit came from.
 */
export type CacheOutcome =
  /**
   * Never sent.
   */
  | 'CACHE_OUTCOME_UNSPECIFIED'
  | 0
  /**
   * All of them were kept.
   */
  | 'CACHE_OUTCOME_HIT'
  | 1
  /**
   * Some of them.
   */
  | 'CACHE_OUTCOME_PARTIAL'
  | 2
  /**
   * None: they were computed, and are kept from now on.
   */
  | 'CACHE_OUTCOME_MISS'
  | 3
  /**
   * None were needed.
   */
  | 'CACHE_OUTCOME_DENSE'
  | 4;

/**
 * Where the activations of an edit came from.
 */
export type CacheOutcome__Output = (typeof CacheOutcome)[keyof typeof CacheOutcome];
