import type { Caller } from '@instgenie/tenants';
import type { EditOrder } from './edit-order.ts';
import type { EditedPicture, EditFacts } from './editing.ts';

/** An edit that somebody is to allow. */
export interface GuardedEdit {
  readonly order: EditOrder;
  readonly caller: Caller;
  readonly facts: EditFacts;
  /** Masked tokens times steps that all its results take. */
  readonly plannedTokenSteps: number;
}

/** Room that an edit has of its tenant's quota; to be disposed of when the edit has ended. */
export interface QuotaLease extends Disposable {
  /** Masked tokens times steps that were not computed after all. */
  refund(maskedTokenSteps: number): void;
}

/** What an edit took in the end. */
export interface EndedEdit extends GuardedEdit {
  readonly pictures: readonly EditedPicture[];
  /** Masked tokens times steps that were computed for it. */
  readonly maskedTokenSteps: number;
}

/** What stands around edits besides computing: quotas, moderation, usage. All of it may refuse by throwing. */
export interface EditGuards {
  /** Throws `overloaded` with when to come back, where the tenant has used what it may. */
  admit(edit: GuardedEdit): QuotaLease;
  /** Throws `forbidden` for what must not be asked. */
  before(edit: GuardedEdit, signal: AbortSignal): Promise<void>;
  /** Throws `forbidden` for what must not be shown. */
  after(edit: GuardedEdit & { readonly picture: EditedPicture }, signal: AbortSignal): Promise<void>;
  ended(edit: EndedEdit): void;
}

/** Room of what has no quota. */
export const noLease: QuotaLease = { refund: () => undefined, [Symbol.dispose]: () => undefined };

/** Allows everything and counts nothing. */
export const noGuards: EditGuards = {
  admit: () => noLease,
  before: async () => undefined,
  after: async () => undefined,
  ended: () => undefined,
};
