import { type Clock, ServiceError } from '@instgenie/domain';
import { RetryError } from '@instgenie/rpc';
import type { AddressRing } from './address-ring.ts';
import type { RetryBudget } from './retry-budget.ts';
import { decideRetry } from './retry-decision.ts';

/** What all calls of a client share. */
export interface RetryState {
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  readonly budget: RetryBudget;
  readonly ring: AddressRing;
}

/** The attempts of one call: which address is asked, and whether another attempt follows one that failed. */
export class Attempts {
  readonly #state: RetryState;
  readonly #endMs: number;
  readonly #signal: AbortSignal;
  #made = 0;
  #hasWaited = false;
  #address = 0;

  constructor(
    state: RetryState,
    { deadlineMs, signal }: { readonly deadlineMs: number; readonly signal: AbortSignal },
  ) {
    this.#state = state;
    this.#endMs = state.clock.now() + deadlineMs;
    this.#signal = signal;
    state.budget.earn();
  }

  /** The address of the next attempt, and the time that it has. Throws `deadline` where that is none. */
  begin(): { readonly address: number; readonly deadlineMs: number } {
    const deadlineMs = this.#remainingMs();
    if (deadlineMs <= 0) throw new ServiceError('deadline', 'the answer did not come before its deadline');
    this.#made++;
    this.#address = this.#state.ring.current;
    return { address: this.#address, deadlineMs };
  }

  /** The server has answered, or its stream has brought something new. */
  answered(): void {
    this.#state.ring.answered(this.#address);
  }

  /** A stream that may break at any time has brought something new: its attempts are counted anew. */
  renew(): void {
    this.#made = 0;
    this.#hasWaited = false;
  }

  /** Settles when the next attempt may begin. Throws the failure where there is to be none. */
  async failed(thrown: unknown): Promise<void> {
    const error = ServiceError.from(thrown);
    const { clock, random, budget, ring } = this.#state;
    if (error.code === 'unavailable') ring.failed(this.#address, clock.now());
    else if (error.code !== 'deadline' && error.code !== 'cancelled') ring.answered(this.#address);
    const decision = decideRetry({
      code: error.code,
      retryAfterMs: error instanceof RetryError ? error.retryAfterMs : undefined,
      attempts: Math.max(1, this.#made),
      hasWaited: this.#hasWaited,
      remainingMs: this.#remainingMs(),
      canMove: ring.isWell(clock.now()),
      budget: budget.left(clock.now()),
      random: random(),
    });
    if (decision.kind === 'give up') throw error;
    if (decision.isCharged) budget.spend();
    this.#hasWaited ||= error.code === 'overloaded';
    await pause(clock, decision.afterMs, this.#signal);
  }

  #remainingMs(): number {
    return this.#endMs - this.#state.clock.now();
  }
}

async function pause(clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const stop = clock.after(delayMs, resolve);
  signal.addEventListener('abort', () => resolve(), { once: true });
  if (signal.aborted) resolve();
  await promise;
  stop();
  if (signal.aborted) throw new ServiceError('cancelled', 'cancelled');
}
