import type { SchedulerConfig } from '@instgenie/checkpoint';
import { ServiceError } from '@instgenie/domain';

export const stepsMax = 1000;

/**
 * The noise levels s_0 = 1 > ... > s_steps = 0 of a run, float32 [steps + 1], as the FLUX pipelines set them:
 * linspace(1, 1 / steps), then shifted. Dynamic shifting depends on the number of image tokens.
 */
export function sigmas(
  config: SchedulerConfig,
  { steps, tokens }: { readonly steps: number; readonly tokens: number },
) {
  if (!Number.isInteger(steps) || steps < 1 || steps > stepsMax) {
    throw new ServiceError('invalid', `steps must be a whole number from 1 to ${stepsMax}, got ${steps}`, {
      field: 'steps',
    });
  }
  const result = new Float32Array(steps + 1);
  const shift = config.isDynamic ? Math.exp(dynamicMu(config, tokens)) : config.shift;
  for (let step = 0; step < steps; step++) {
    const linear = steps === 1 ? 1 : 1 + ((1 / steps - 1) * step) / (steps - 1);
    result[step] = config.isDynamic ? shift / (shift + 1 / linear - 1) : (shift * linear) / (1 + (shift - 1) * linear);
  }
  return result;
}

/** mu, the logarithm of the shift: linear in the number of tokens, also outside the range it was fitted on. */
function dynamicMu(config: SchedulerConfig, tokens: number): number {
  const slope = (config.maxShift - config.baseShift) / (config.maxTokens - config.baseTokens);
  return tokens * slope + config.baseShift - slope * config.baseTokens;
}

/** The first step of a run at this strength in (0, 1]: the steps before it are skipped. */
export function firstStep(steps: number, strength: number): number {
  if (!(strength > 0 && strength <= 1)) {
    throw new ServiceError('invalid', `strength must be above 0 and at most 1, got ${strength}`, { field: 'strength' });
  }
  const first = Math.floor(Math.max(steps - Math.min(steps * strength, steps), 0));
  if (first >= steps) {
    throw new ServiceError('invalid', `strength ${strength} leaves none of ${steps} steps; raise one of them`, {
      field: 'strength',
    });
  }
  return first;
}
