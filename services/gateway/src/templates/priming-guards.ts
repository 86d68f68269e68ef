import type { Caller } from '@instgenie/tenants';

/** A template whose activations a tenant wants to have computed. */
export interface GuardedPriming {
  readonly caller: Caller;
  readonly templateId: string;
  readonly model: string;
}

/** Room that priming has of its tenant's quota; what was not computed is given back when it is disposed of. */
export interface PrimingLease extends Disposable {
  /** Counts tokens times steps that a worker has computed. */
  computed(tokenSteps: number): void;
}

/** What stands around priming besides computing: quota and usage, as of an edit of all of the picture. */
export interface PrimingGuards {
  /** Throws `overloaded` with when to come back, where the tenant has used what it may. Takes tokens times steps. */
  admitPriming(priming: GuardedPriming, plannedTokenSteps: number): PrimingLease;
}

/** Of what nobody asked for. */
export const freePriming: PrimingLease = { computed: () => undefined, [Symbol.dispose]: () => undefined };
