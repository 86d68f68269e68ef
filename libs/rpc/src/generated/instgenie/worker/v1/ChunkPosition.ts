/**
 * A chunk's place in a variant.
 */
export interface ChunkPosition {
  /**
   * A kept step, counted from 0 in the schedule.
   */
  step?: number;
  /**
   * Place in the step, counted from 0.
   */
  chunk?: number;
}

/**
 * A chunk's place in a variant.
 */
export interface ChunkPosition__Output {
  /**
   * A kept step, counted from 0 in the schedule.
   */
  step: number;
  /**
   * Place in the step, counted from 0.
   */
  chunk: number;
}
