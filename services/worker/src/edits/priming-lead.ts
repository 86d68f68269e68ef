import { type Clock, ServiceError, type VariantKey } from '@instgenie/domain';
import type { HeldLead, RedisIndex } from '@instgenie/index';
import { RetryError } from '@instgenie/rpc';

/** A lead that is not kept ends by itself after this time. */
const leadMs = 10_000;

/**
 * Takes care that one worker at a time primes a variant. Without an index, or while it does not answer, everybody may:
 * what two of them keep has the same bytes.
 */
export class PrimingLeads {
  readonly #index: Pick<RedisIndex, 'takeLead' | 'keepLead' | 'endLead'> | undefined;
  readonly #worker: string;
  readonly #clock: Clock;

  constructor(index: RedisIndex | undefined, { worker, clock }: { readonly worker: string; readonly clock: Clock }) {
    this.#index = index;
    this.#worker = worker;
    this.#clock = clock;
  }

  /** Leads until it is disposed of. Throws `overloaded`, with when to ask again, while another one does; `not-found` for what was deleted. */
  async take(key: VariantKey): Promise<AsyncDisposable> {
    const lead = await this.#index?.takeLead(key, this.#worker, leadMs).catch(unlessUnavailable);
    if (lead?.kind === 'deleted') {
      throw new ServiceError('not-found', 'template: its activations were deleted', { field: 'template' });
    }
    if (lead?.kind === 'follower') {
      const text = 'template: another worker primes it now; ask again, and it is copied from there';
      throw new RetryError('overloaded', text, { field: 'template', retryAfterMs: lead.leftMs });
    }
    if (lead === undefined) return { [Symbol.asyncDispose]: () => Promise.resolve() };
    return this.#hold(key, { worker: this.#worker, token: lead.token });
  }

  #hold(key: VariantKey, held: HeldLead): AsyncDisposable {
    let cancel = () => {};
    const keep = () => {
      cancel = this.#clock.after(leadMs / 3, () => {
        void this.#index?.keepLead(key, held, leadMs).catch(unlessUnavailable);
        keep();
      });
    };
    keep();
    return {
      [Symbol.asyncDispose]: async () => {
        cancel();
        await this.#index?.endLead(key, held).catch(unlessUnavailable);
      },
    };
  }
}

function unlessUnavailable(thrown: unknown): undefined {
  if (thrown instanceof ServiceError && thrown.code === 'unavailable') return undefined;
  throw thrown;
}
