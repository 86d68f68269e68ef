/**
 * Chunks by tier.
 */
export interface ChunksRead {
  /**
   * In memory already.
   */
  memory?: number;
  /**
   * On this node's disk.
   */
  disk?: number;
  /**
   * At another worker.
   */
  peer?: number;
  /**
   * Nowhere: computed.
   */
  missed?: number;
}

/**
 * Chunks by tier.
 */
export interface ChunksRead__Output {
  /**
   * In memory already.
   */
  memory: number;
  /**
   * On this node's disk.
   */
  disk: number;
  /**
   * At another worker.
   */
  peer: number;
  /**
   * Nowhere: computed.
   */
  missed: number;
}
