/** A process that ran for so long has not crashed because of how it starts. */
const healthyMs = 60_000;
const leastMs = 250;
const mostMs = 30_000;

/** How long to wait before a process is started again: doubled with each crash that follows soon after its start. Pure. */
export class RestartDelay {
  #crashes = 0;

  /** `ranMs`: how long it ran until it crashed. */
  after(ranMs: number): number {
    this.#crashes = ranMs >= healthyMs ? 1 : this.#crashes + 1;
    return Math.min(mostMs, leastMs * 2 ** (this.#crashes - 1));
  }
}
