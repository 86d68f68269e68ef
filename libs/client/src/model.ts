/** A model that a deployment offers. */
export interface Model {
  readonly name: string;
  /** Longest side that it runs at, pixels: larger pictures are edited in windows. */
  readonly side: number;
  readonly defaultSteps: number;
  readonly defaultGuidance: number;
  /** Workers that serve it now. */
  readonly workers: number;
}
