/** How many bytes of requests are held at one time, and that no tenant takes more than half of what there is. */
export class UploadBudget {
  readonly #bytesMax: number;
  readonly #held = new Map<string, number>();
  #bytes = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** Bytes that are held now. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Room for a request, until it is disposed of; undefined where there is none. */
  reserve(tenant: string, bytes: number): Disposable | undefined {
    const held = this.#held.get(tenant) ?? 0;
    if (this.#bytes + bytes > this.#bytesMax || held + bytes > this.#bytesMax / 2) return undefined;
    this.#add(tenant, bytes);
    let isHeld = true;
    return {
      [Symbol.dispose]: () => {
        if (isHeld) this.#add(tenant, -bytes);
        isHeld = false;
      },
    };
  }

  #add(tenant: string, bytes: number): void {
    this.#bytes += bytes;
    const held = (this.#held.get(tenant) ?? 0) + bytes;
    if (held === 0) this.#held.delete(tenant);
    else this.#held.set(tenant, held);
  }
}
