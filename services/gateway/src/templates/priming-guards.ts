import type { Caller } from '@instgenie/tenants';
import { noLease, type QuotaLease } from '../edits/guards.ts';

/** A template whose activations a tenant wants to have computed. */
export interface GuardedPriming {
  readonly caller: Caller;
  readonly templateId: string;
  readonly model: string;
}

/** What stands around priming besides computing: quota and usage, as of an edit of all of the picture. */
export interface PrimingGuards {
  /** Throws `overloaded` with when to come back, where the tenant has used what it may. Takes tokens times steps. */
  admitPriming(priming: GuardedPriming, plannedTokenSteps: number): QuotaLease;
  /** Takes the tokens times steps that were computed for it. */
  primed(priming: GuardedPriming, tokenSteps: number): void;
}

/** What one priming is charged. */
export interface PrimingCharge {
  admit(plannedTokenSteps: number): QuotaLease;
  ended(tokenSteps: number): void;
}

/** Of what nobody asked for. */
export const noCharge: PrimingCharge = {
  admit: () => noLease,
  ended: () => undefined,
};
