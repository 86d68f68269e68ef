/**
 * How a worker stood.
 */
export interface Score {
  /**
   * The worker.
   */
  worker?: string;
  /**
   * When the edit would be done there, ms; 0 where it is left out.
   */
  predictedMs?: number | string;
  /**
   * Of that: waiting for others, ms.
   */
  queueMs?: number | string;
  /**
   * Of that: computing, ms.
   */
  computeMs?: number | string;
  /**
   * Of that: getting activations that are not there, ms.
   */
  loadMs?: number | string;
  /**
   * Where the activations are: memory, disk, peer or none.
   */
  tier?: string;
  /**
   * Why it is left out; empty for those that can do it.
   */
  leftOut?: string;
}

/**
 * How a worker stood.
 */
export interface Score__Output {
  /**
   * The worker.
   */
  worker: string;
  /**
   * When the edit would be done there, ms; 0 where it is left out.
   */
  predictedMs: number;
  /**
   * Of that: waiting for others, ms.
   */
  queueMs: number;
  /**
   * Of that: computing, ms.
   */
  computeMs: number;
  /**
   * Of that: getting activations that are not there, ms.
   */
  loadMs: number;
  /**
   * Where the activations are: memory, disk, peer or none.
   */
  tier: string;
  /**
   * Why it is left out; empty for those that can do it.
   */
  leftOut: string;
}
