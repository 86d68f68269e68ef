/**
 * What each tenant was given, in masked token-steps, so that the one that was given least comes next (start-time fair
 * queueing; Goyal et al., SIGCOMM 1996). A tenant that comes back after a pause starts level with those that are there:
 * what it did not use is not saved up.
 */
export class FairShares {
  readonly #given = new Map<string, number>();
  /** Tenants with edits that wait or run, and how many. */
  readonly #active = new Map<string, number>();
  #level = 0;

  /** An edit of the tenant came. */
  enter(tenant: string): void {
    const edits = this.#active.get(tenant) ?? 0;
    if (edits === 0) this.#given.set(tenant, Math.max(this.#given.get(tenant) ?? 0, this.#floor()));
    this.#active.set(tenant, edits + 1);
  }

  /** An edit of the tenant ended. */
  leave(tenant: string): void {
    const edits = this.#active.get(tenant) ?? 0;
    if (edits > 1) {
      this.#active.set(tenant, edits - 1);
      return;
    }
    this.#level = Math.max(this.#level, this.#floor());
    this.#active.delete(tenant);
    // Whoever is not above the level starts there anyway.
    for (const [known, given] of this.#given) {
      if (!this.#active.has(known) && given <= this.#level) this.#given.delete(known);
    }
  }

  /** Charges what an edit was admitted to compute; a negative amount gives back what it did not. */
  charge(tenant: string, maskedTokenSteps: number): void {
    this.#given.set(tenant, this.given(tenant) + maskedTokenSteps);
  }

  given(tenant: string): number {
    return this.#given.get(tenant) ?? this.#level;
  }

  #floor(): number {
    let floor = Number.POSITIVE_INFINITY;
    for (const tenant of this.#active.keys()) floor = Math.min(floor, this.given(tenant));
    return floor === Number.POSITIVE_INFINITY ? this.#level : floor;
  }
}
