import type { Standing } from '../picking/admission.ts';

/** What a tenant has under way is averaged over about so long. */
const usualMs = 5000;
/** A tenant that has had less than so much of an equal share under way of late is not there any more. */
const forgottenShare = 0.05;
const tenantsMax = 65_536;
const sweepMs = 1000;

/** A sum that changes in steps, and its average of late. */
class Faded {
  now = 0;
  #usual = 0;
  #atMs = 0;

  add(change: number, nowMs: number): void {
    this.#usual = this.usual(nowMs);
    this.#atMs = Math.max(this.#atMs, nowMs);
    this.now += change;
  }

  usual(nowMs: number): number {
    return this.now + (this.#usual - this.now) * Math.exp(-Math.max(0, nowMs - this.#atMs) / usualMs);
  }
}

/** What came of late: each amount fades. */
class FadedSum {
  #sum = 0;
  #atMs = 0;

  add(amount: number, nowMs: number): void {
    this.#sum = this.at(nowMs) + amount;
    this.#atMs = Math.max(this.#atMs, nowMs);
  }

  at(nowMs: number): number {
    return this.#sum * Math.exp(-Math.max(0, nowMs - this.#atMs) / usualMs);
  }
}

class Use extends Faded {
  readonly asked = new FadedSum();
}

/** Masked token-steps by tenant: under way now, on average over the last seconds, and asked for meanwhile. */
export class TenantShares {
  readonly #tenants = new Map<string, Use>();
  readonly #total = new Use();
  /** Those with something under way now. */
  #active = 0;
  #sweptMs = 0;

  ask(tenant: string, tokenSteps: number, nowMs: number): void {
    this.#sweep(nowMs);
    this.#of(tenant).asked.add(tokenSteps, nowMs);
    this.#total.asked.add(tokenSteps, nowMs);
  }

  add(tenant: string, tokenSteps: number, nowMs: number): void {
    this.#change(tenant, tokenSteps, nowMs);
  }

  remove(tenant: string, tokenSteps: number, nowMs: number): void {
    this.#change(tenant, -tokenSteps, nowMs);
  }

  /** How a tenant stands beside the others that have had edits under way of late. */
  standing(tenant: string, nowMs: number): Standing {
    const known = this.#tenants.get(tenant);
    const tenants = this.#tenants.size + (known === undefined ? 1 : 0);
    return {
      used: known?.now ?? 0,
      share: this.#total.now / Math.max(1, this.#active + (known === undefined || known.now <= 0 ? 1 : 0)),
      usual: known?.usual(nowMs) ?? 0,
      usualShare: this.#total.usual(nowMs) / tenants,
      asked: known?.asked.at(nowMs) ?? 0,
      askedShare: this.#total.asked.at(nowMs) / tenants,
    };
  }

  /** With edits under way. */
  get active(): number {
    return this.#active;
  }

  #change(tenant: string, change: number, nowMs: number): void {
    const entry = this.#of(tenant);
    const wasActive = entry.now > 0;
    entry.add(change, nowMs);
    this.#active += Number(entry.now > 0) - Number(wasActive);
    this.#total.add(change, nowMs);
  }

  #of(tenant: string): Use {
    const known = this.#tenants.get(tenant);
    if (known !== undefined) return known;
    const made = new Use();
    this.#tenants.set(tenant, made);
    return made;
  }

  #sweep(nowMs: number): void {
    if (nowMs - this.#sweptMs < sweepMs && this.#tenants.size < tenantsMax) return;
    this.#sweptMs = nowMs;
    const least = (forgottenShare * this.#total.usual(nowMs)) / Math.max(1, this.#tenants.size);
    for (const [tenant, entry] of this.#tenants) {
      if (entry.now <= 0 && entry.usual(nowMs) <= least) this.#tenants.delete(tenant);
    }
  }
}
