import { ServiceError } from '@instgenie/domain';
import type { balancer } from '@instgenie/rpc';
import { z } from 'zod';
import type { PickRequest, Priority } from './pick-request.ts';

const name = z.string().min(1).max(128);
const count = z.number().int().min(1).max(1_048_576);

const schema = z.object({
  editId: name,
  tenant: name,
  model: name,
  deadlineMs: z.number().min(0),
  maskedTokens: count,
  tokens: count,
  steps: z.number().int().min(1).max(1000),
  variants: z.array(z.string().max(64)).max(16),
  affinity: z.string().max(128),
  excluded: z.array(z.string().max(128)).max(4096),
});

const fields: Readonly<Record<string, string>> = {
  editId: 'edit_id',
  deadlineMs: 'deadline_ms',
  maskedTokens: 'masked_tokens',
};

const priorities: Readonly<Record<string, Priority>> = {
  PRIORITY_INTERACTIVE: 'interactive',
  PRIORITY_BATCH: 'batch',
};

/** Checks what is asked of Pick. Throws `invalid` that names the first wrong field. */
export function parsePick(message: balancer.PickRequest__Output): PickRequest {
  const { data, error } = schema.safeParse(message);
  if (error !== undefined) {
    const [issue] = error.issues;
    const key = String(issue?.path[0] ?? '');
    const field = fields[key] ?? key;
    throw new ServiceError('invalid', `${field}: ${issue?.message ?? 'is wrong'}`, { field });
  }
  return {
    ...data,
    maskedTokens: Math.min(data.maskedTokens, data.tokens),
    deadlineMs: data.deadlineMs === 0 ? Number.POSITIVE_INFINITY : data.deadlineMs,
    priority: priorities[message.priority] ?? 'normal',
    isDense: message.isDense,
    mustBeWarm: message.mustBeWarm,
  };
}
