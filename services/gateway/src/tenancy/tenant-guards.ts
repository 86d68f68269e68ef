import { type AuditLog, actorOf, type UsageLedger } from '@instgenie/tenants';
import type { EditedPicture } from '../edits/editing.ts';
import type { EditGuards, EndedEdit, GuardedEdit, QuotaLease } from '../edits/guards.ts';
import type { GuardedPriming, PrimingGuards, PrimingLease } from '../templates/priming-guards.ts';
import type { ModeratedEdit, Moderation } from './moderation.ts';
import type { QuotaMeter } from './quota-meter.ts';

export interface GuardParts {
  readonly quotas: QuotaMeter;
  /** Undefined: nobody is asked. */
  readonly moderation: Moderation | undefined;
  readonly usage: UsageLedger;
  readonly audit: AuditLog;
}

/** Quotas and moderation of edits, quotas of priming, and what is written down when they have ended. */
export class TenantGuards implements EditGuards, PrimingGuards {
  readonly #parts: GuardParts;

  constructor(parts: GuardParts) {
    this.#parts = parts;
  }

  admit({ caller: { tenant, quota }, plannedTokenSteps }: GuardedEdit): QuotaLease {
    return this.#parts.quotas.admit({ tenant, quota, maskedTokenSteps: plannedTokenSteps });
  }

  async before(edit: GuardedEdit, signal: AbortSignal): Promise<void> {
    await this.#parts.moderation?.before(moderated(edit), signal);
  }

  async after(edit: GuardedEdit & { readonly picture: EditedPicture }, signal: AbortSignal): Promise<void> {
    await this.#parts.moderation?.after(moderated(edit), edit.picture.image, signal);
  }

  ended({ order, caller, facts, pictures, maskedTokenSteps }: EndedEdit): void {
    const { tenant } = caller;
    const { model, templateId, maskRatio, maskedTokens } = facts;
    const counted = { pictures: pictures.length, maskedTokenSteps };
    this.#parts.usage.add({ tenant, model, edits: 1, ...counted, maskedTokens: maskedTokens * pictures.length });
    const ending = pictures.length === order.count ? 'done' : 'unfinished';
    this.#parts.audit.record({
      action: 'edit.ended',
      tenant,
      by: actorOf(caller),
      subject: order.requestId,
      facts: { template: templateId, model, maskRatio, ...counted, ending },
    });
  }

  /** All of a picture may be more than a minute's quota, which is then what it takes: edits do as much unasked. */
  admitPriming(priming: GuardedPriming, plannedTokenSteps: number): PrimingLease {
    const { tenant, quota } = priming.caller;
    const taken = Math.min(plannedTokenSteps, quota.maskedTokenStepsPerMinute ?? plannedTokenSteps);
    const lease = this.#parts.quotas.admit({ tenant, quota, maskedTokenSteps: taken });
    let computed = 0;
    return {
      computed: (tokenSteps) => {
        computed += tokenSteps;
      },
      [Symbol.dispose]: () => {
        lease.refund(Math.max(0, taken - computed));
        lease[Symbol.dispose]();
        this.#primed(priming, computed);
      },
    };
  }

  #primed({ caller, templateId, model }: GuardedPriming, tokenSteps: number): void {
    if (tokenSteps === 0) return;
    const { tenant } = caller;
    const counted = { pictures: 0, maskedTokenSteps: tokenSteps };
    this.#parts.usage.add({ tenant, model, edits: 0, ...counted, maskedTokens: 0 });
    this.#parts.audit.record({
      action: 'template.primed',
      tenant,
      by: actorOf(caller),
      subject: templateId,
      facts: { model, ...counted },
    });
  }
}

function moderated({ order, caller, facts }: GuardedEdit): ModeratedEdit {
  const { requestId, prompt } = order;
  return { requestId, tenant: caller.tenant, template: facts.templateId, prompt, maskRatio: facts.maskRatio };
}
