import type { Long } from '@grpc/proto-loader';

/**
 * A model of a worker, as far as gateways have to know it.
 */
export interface FleetModel {
  /**
   * Its name.
   */
  name?: string;
  /**
   * Longest side that it runs at, pixels.
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
   * Edits that wait for a place.
   */
  waiting?: number;
  /**
   * Edits that run.
   */
  running?: number;
  /**
   * Masked tokens times steps that are to do.
   */
  maskedTokenSteps?: number | string | Long;
  /**
   * The engine: those of one fingerprint compute the same bytes.
   */
  fingerprint?: string;
}

/**
 * A model of a worker, as far as gateways have to know it.
 */
export interface FleetModel__Output {
  /**
   * Its name.
   */
  name: string;
  /**
   * Longest side that it runs at, pixels.
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
   * Edits that wait for a place.
   */
  waiting: number;
  /**
   * Edits that run.
   */
  running: number;
  /**
   * Masked tokens times steps that are to do.
   */
  maskedTokenSteps: number;
  /**
   * The engine: those of one fingerprint compute the same bytes.
   */
  fingerprint: string;
}
