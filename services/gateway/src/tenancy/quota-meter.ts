import { type Clock, ServiceError } from '@instgenie/domain';
import { RetryError } from '@instgenie/rpc';
import type { Quota } from '@instgenie/tenants';
import type { QuotaLease } from '../edits/guards.ts';
import { type Taken, TokenBucket } from './token-bucket.ts';

export interface QuotaOrder {
  readonly tenant: string;
  readonly quota: Quota;
  /** Masked tokens times steps that it takes at most. */
  readonly maskedTokenSteps: number;
}

export interface QuotaMeterSettings {
  readonly clock: Clock;
  /** Tenants that have edits running, or had in the last minute. */
  readonly tenantsMax?: number;
}

interface Use {
  edits: number;
  /** Stays where some calls of the tenant bring no limit: jobs have that of their submission. */
  bucket: TokenBucket | undefined;
}

/** When to ask again where nobody knows. */
const guessMs = 500;

/** What each tenant uses of its quota in this gateway: edits at once, and masked token-steps by the minute. */
export class QuotaMeter {
  readonly #clock: Clock;
  readonly #tenantsMax: number;
  readonly #uses = new Map<string, Use>();

  constructor({ clock, tenantsMax = 100_000 }: QuotaMeterSettings) {
    this.#clock = clock;
    this.#tenantsMax = tenantsMax;
  }

  /** Tenants that are remembered. */
  get tenants(): number {
    return this.#uses.size;
  }

  /**
   * Takes what an edit needs until it is disposed of. Throws `overloaded` with the time after which it may fit, and
   * `forbidden` for an edit that is larger than the quota of a minute: it never fits.
   */
  admit({ tenant, quota, maskedTokenSteps }: QuotaOrder): QuotaLease {
    const { editsAtOnce = Number.POSITIVE_INFINITY, maskedTokenStepsPerMinute: perMinute } = quota;
    const use = this.#useOf(tenant, perMinute);
    if (use.edits >= editsAtOnce)
      throw full(`${editsAtOnce} edits of this tenant run, which is as many as may`, guessMs);
    if (use.bucket === undefined || perMinute === undefined) return this.#lease(use);
    if (maskedTokenSteps > perMinute) {
      const text = `quota: the edit takes ${maskedTokenSteps} masked token-steps, and a minute has ${perMinute}; use a smaller mask or fewer steps`;
      throw new ServiceError('forbidden', text, { field: 'quota' });
    }
    const taken = use.bucket.take(maskedTokenSteps, this.#clock.now());
    if (typeof taken === 'object') return this.#lease(use, taken);
    const left = Math.floor(use.bucket.level);
    const text = `the edit takes ${maskedTokenSteps} masked token-steps, and ${left} are left of ${perMinute} a minute`;
    throw full(text, taken);
  }

  #useOf(tenant: string, perMinute: number | undefined): Use {
    const nowMs = this.#clock.now();
    const known = this.#uses.get(tenant);
    if (known === undefined && this.#uses.size >= this.#tenantsMax) this.#forgetIdle(nowMs);
    const use = known ?? { edits: 0, bucket: undefined };
    this.#uses.set(tenant, use);
    if (perMinute === undefined) return use;
    use.bucket ??= new TokenBucket(perMinute, nowMs);
    use.bucket.setRate(perMinute, nowMs);
    return use;
  }

  /** Forgetting others would fill their buckets. */
  #forgetIdle(nowMs: number): void {
    for (const [tenant, { edits, bucket }] of this.#uses) {
      if (edits === 0 && bucket?.isIdle(nowMs) !== false) this.#uses.delete(tenant);
    }
    if (this.#uses.size >= this.#tenantsMax) throw full('too many tenants are busy in this gateway', guessMs);
  }

  #lease(use: Use, taken?: Taken): QuotaLease {
    use.edits++;
    let isOpen = true;
    return {
      refund: (amount) => {
        if (isOpen && taken !== undefined) use.bucket?.giveBack(taken, amount, this.#clock.now());
      },
      [Symbol.dispose]: () => {
        if (!isOpen) return;
        isOpen = false;
        use.edits--;
        if (taken !== undefined) use.bucket?.end(taken);
      },
    };
  }
}

function full(text: string, retryAfterMs: number): RetryError {
  return new RetryError('overloaded', `quota: ${text}; try again later`, { field: 'quota', retryAfterMs });
}
