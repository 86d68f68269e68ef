import type {
  Score as _instgenie_balancer_v1_Score,
  Score__Output as _instgenie_balancer_v1_Score__Output,
} from '../../../instgenie/balancer/v1/Score.ts';

/**
 * What Pick answers.
 */
export interface PickResponse {
  /**
   * The worker's name.
   */
  worker?: string;
  /**
   * Where it serves.
   */
  address?: string;
  /**
   * When the edit will be done there, ms.
   */
  predictedMs?: number | string;
  /**
   * How all workers stood, where asked for.
   */
  scores?: _instgenie_balancer_v1_Score[];
  /**
   * Why nobody was picked, for who only asks: unserved, full, cold, late, wait, batch or tenant.
   */
  refused?: string;
}

/**
 * What Pick answers.
 */
export interface PickResponse__Output {
  /**
   * The worker's name.
   */
  worker: string;
  /**
   * Where it serves.
   */
  address: string;
  /**
   * When the edit will be done there, ms.
   */
  predictedMs: number;
  /**
   * How all workers stood, where asked for.
   */
  scores: _instgenie_balancer_v1_Score__Output[];
  /**
   * Why nobody was picked, for who only asks: unserved, full, cold, late, wait, batch or tenant.
   */
  refused: string;
}
