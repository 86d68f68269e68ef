import { type BatchedEdit, priorities } from './edit-request.ts';

export interface OrderSettings {
  readonly nowMs: number;
  /** After each such wait an edit counts as one priority more urgent. */
  readonly agingMs: number;
  /** What a tenant was given so far. */
  readonly given: (tenant: string) => number;
}

/**
 * The order in which waiting edits are admitted: by priority, which grows with waiting; then the tenant that was given
 * least; then the earliest deadline; then the first come.
 */
export function waitingOrder<Edit extends BatchedEdit>(
  waiting: readonly Edit[],
  settings: OrderSettings,
): readonly Edit[] {
  const { given } = settings;
  return waiting.toSorted(
    (a, b) =>
      level(a, settings) - level(b, settings) ||
      given(a.request.tenant) - given(b.request.tenant) ||
      (a.request.deadlineMs ?? Number.MAX_VALUE) - (b.request.deadlineMs ?? Number.MAX_VALUE) ||
      a.place - b.place,
  );
}

/** 0 is the most urgent. */
export function level(
  { request, arrivedMs }: BatchedEdit,
  { nowMs, agingMs }: Pick<OrderSettings, 'nowMs' | 'agingMs'>,
): number {
  return Math.max(0, priorities.indexOf(request.priority) - Math.floor((nowMs - arrivedMs) / agingMs));
}
