import { z } from 'zod';
import { count, off, positive, unused } from './parse.ts';

/** FlowMatchEulerDiscreteScheduler with the exponential shift, or a constant one. */
export interface SchedulerConfig {
  /** Timestep = sigma * trainTimesteps. */
  readonly trainTimesteps: number;
  /** The constant shift, used where `isDynamic` is false. */
  readonly shift: number;
  /** Whether the shift depends on the number of image tokens, through the two points below. */
  readonly isDynamic: boolean;
  readonly baseShift: number;
  readonly baseTokens: number;
  readonly maxShift: number;
  readonly maxTokens: number;
}

/** Absent keys have diffusers' defaults. */
export const schedulerSchema: z.ZodType<SchedulerConfig> = z
  .object({
    _class_name: z.literal('FlowMatchEulerDiscreteScheduler'),
    base_image_seq_len: count.default(256),
    base_shift: z.number().default(0.5),
    invert_sigmas: off,
    max_image_seq_len: count.default(4096),
    max_shift: z.number().default(1.15),
    num_train_timesteps: count.default(1000),
    shift: positive.default(1),
    shift_terminal: unused,
    stochastic_sampling: off,
    time_shift_type: z.literal('exponential').default('exponential'),
    use_beta_sigmas: off,
    use_dynamic_shifting: z.boolean().default(false),
    use_exponential_sigmas: off,
    use_karras_sigmas: off,
  })
  .superRefine((json, context) => {
    if (json.max_image_seq_len > json.base_image_seq_len) return;
    const message = `expected more than base_image_seq_len, ${json.base_image_seq_len}`;
    context.addIssue({ code: 'custom', path: ['max_image_seq_len'], message });
  })
  .transform((json) => ({
    trainTimesteps: json.num_train_timesteps,
    shift: json.shift,
    isDynamic: json.use_dynamic_shifting,
    baseShift: json.base_shift,
    baseTokens: json.base_image_seq_len,
    maxShift: json.max_shift,
    maxTokens: json.max_image_seq_len,
  }));
