/** The last so many edits of jobs say what the others are like. */
const triedMax = 64;

/**
 * Which models edits of jobs are for. The queue itself does not say, since of most edits only their template is known;
 * those that wait are taken to be as those that were tried last.
 */
export class TriedModels {
  readonly #models: string[] = [];

  /** An edit for this model was begun, whatever comes of it. */
  note(model: string): void {
    this.#models.push(model);
    if (this.#models.length > triedMax) this.#models.shift();
  }

  /** Splits edits that wait by model; empty while none was tried. A model of which any was tried has one at least. */
  split(waiting: number): ReadonlyMap<string, number> {
    const counts = new Map<string, number>();
    for (const model of this.#models) counts.set(model, (counts.get(model) ?? 0) + 1);
    const share = waiting / this.#models.length;
    return new Map([...counts].map(([model, tried]) => [model, Math.ceil(tried * share)]));
  }
}
