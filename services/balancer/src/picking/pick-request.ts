export type Priority = 'interactive' | 'normal' | 'batch';

/** What a worker is wanted for. */
export interface PickRequest {
  readonly editId: string;
  readonly tenant: string;
  readonly model: string;
  readonly priority: Priority;
  /** What is left, ms; infinite for any. */
  readonly deadlineMs: number;
  readonly maskedTokens: number;
  readonly tokens: number;
  /** Left to do. */
  readonly steps: number;
  readonly isDense: boolean;
  readonly variants: readonly string[];
  /** The same for all edits of a template; empty for none. */
  readonly affinity: string;
  readonly excluded: readonly string[];
  readonly mustBeWarm: boolean;
}

/** Tokens that a step computes. */
export function computedTokens({ isDense, tokens, maskedTokens }: PickRequest): number {
  return isDense ? tokens : maskedTokens;
}

/** What tenants are charged for an edit. */
export function tokenSteps(request: PickRequest): number {
  return computedTokens(request) * request.steps;
}
