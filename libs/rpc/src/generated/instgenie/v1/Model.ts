/**
 * A model.
 */
export interface Model {
  /**
   * How requests name it.
   */
  name?: string;
  /**
   * Longest side that it runs at, pixels: larger pictures are edited in windows.
   */
  side?: number;
  /**
   * Denoising steps, where a request says none.
   */
  defaultSteps?: number;
  /**
   * Guidance, where a request says none.
   */
  defaultGuidance?: number | string;
  /**
   * Workers that serve it now.
   */
  workers?: number;
}

/**
 * A model.
 */
export interface Model__Output {
  /**
   * How requests name it.
   */
  name: string;
  /**
   * Longest side that it runs at, pixels: larger pictures are edited in windows.
   */
  side: number;
  /**
   * Denoising steps, where a request says none.
   */
  defaultSteps: number;
  /**
   * Guidance, where a request says none.
   */
  defaultGuidance: number;
  /**
   * Workers that serve it now.
   */
  workers: number;
}
