import { ServiceError } from '@instgenie/domain';
import type { TemplateLibrary } from '@instgenie/templates';
import type { Caller, Quota } from '@instgenie/tenants';

/** What a tenant has of what is limited. */
export interface TemplateUse {
  readonly templates: number;
  readonly activationBytes: number;
}

/** Throws `overloaded`, naming the limit, where there is no room for one more. Pure. */
export function requireRoom(quota: Quota, used: TemplateUse, wants: 'template' | 'activations'): void {
  const { templates, activationBytes } = quota;
  if (wants === 'template' && templates !== undefined && used.templates >= templates) {
    const text = `quota: all ${templates} templates of the quota are there; delete one, or ask for more`;
    throw new ServiceError('overloaded', text, { field: 'quota.templates' });
  }
  if (activationBytes !== undefined && used.activationBytes >= activationBytes) {
    const taken = `activations take ${used.activationBytes} of ${activationBytes} bytes`;
    const text = `quota: ${taken}; delete a template, or ask for more`;
    throw new ServiceError('overloaded', text, { field: 'quota.activation_bytes' });
  }
}

/** The same after counting; what is not limited is not counted. */
export async function checkQuota(
  library: TemplateLibrary,
  { tenant, quota }: Caller,
  wants: 'template' | 'activations',
): Promise<void> {
  const isCounted = wants === 'template' && quota.templates !== undefined;
  const templates = isCounted ? await library.count(tenant, quota.templates) : 0;
  const activationBytes = quota.activationBytes === undefined ? 0 : await library.usedBytes(tenant);
  requireRoom(quota, { templates, activationBytes }, wants);
}
