import type { Standing } from '../picking/admission.ts';

/** Masked token-steps under way, by tenant. */
export class TenantShares {
  readonly #used = new Map<string, number>();
  #total = 0;

  add(tenant: string, tokenSteps: number): void {
    this.#used.set(tenant, (this.#used.get(tenant) ?? 0) + tokenSteps);
    this.#total += tokenSteps;
  }

  remove(tenant: string, tokenSteps: number): void {
    const left = (this.#used.get(tenant) ?? 0) - tokenSteps;
    this.#total -= tokenSteps;
    if (left > 0) this.#used.set(tenant, left);
    else this.#used.delete(tenant);
  }

  /** How a tenant stands beside the others that have edits under way. */
  standing(tenant: string): Standing {
    const used = this.#used.get(tenant);
    const tenants = this.#used.size + (used === undefined ? 1 : 0);
    return { used: used ?? 0, share: this.#total / tenants };
  }

  get tenants(): number {
    return this.#used.size;
  }
}
