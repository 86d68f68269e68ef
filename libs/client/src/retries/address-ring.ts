/** How long an address that failed is not counted among those that are well. */
const suspectMs = 10_000;

/** Which of several addresses is asked: one of them, until it fails; then the next one. */
export class AddressRing {
  readonly #failedAtMs: (number | undefined)[];
  #current: number;

  /** `first` is in [0, 1): clients begin at different addresses. */
  constructor(count: number, first: number) {
    if (count < 1) throw new RangeError('a client has at least one address');
    this.#failedAtMs = Array.from({ length: count }, () => undefined);
    this.#current = Math.floor(first * count);
  }

  get current(): number {
    return this.#current;
  }

  /** An address could not be reached: the one after it is asked from now on, unless that was decided already. */
  failed(address: number, nowMs: number): void {
    this.#failedAtMs[address] = nowMs;
    if (this.#current === address) this.#current = this.#after(address, nowMs);
  }

  answered(address: number): void {
    this.#failedAtMs[address] = undefined;
  }

  /** Whether the address that is asked now has not failed lately. */
  isWell(nowMs: number): boolean {
    return this.#isWell(this.#current, nowMs);
  }

  /** The next one that is well; where none is, the next one. */
  #after(address: number, nowMs: number): number {
    const count = this.#failedAtMs.length;
    const others = Array.from({ length: count }, (_, step) => (address + 1 + step) % count);
    return others.find((other) => this.#isWell(other, nowMs)) ?? (address + 1) % count;
  }

  #isWell(address: number, nowMs: number): boolean {
    const failedAtMs = this.#failedAtMs[address];
    return failedAtMs === undefined || nowMs - failedAtMs >= suspectMs;
  }
}
