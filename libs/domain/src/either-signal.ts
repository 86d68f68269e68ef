/**
 * A signal that aborts with the first of others, until it is disposed of. `AbortSignal.any` does so too, but what listens to
 * its signals lives until a full collection of garbage, and every scavenge before that copies it.
 */
export class EitherSignal implements Disposable {
  readonly #abort = new AbortController();
  readonly #sources: readonly AbortSignal[];

  constructor(...sources: readonly AbortSignal[]) {
    this.#sources = sources;
    const aborted = sources.find((source) => source.aborted);
    if (aborted !== undefined) this.#abort.abort(aborted.reason);
    else for (const source of sources) source.addEventListener('abort', this.#follow, { once: true });
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  [Symbol.dispose](): void {
    for (const source of this.#sources) source.removeEventListener('abort', this.#follow);
  }

  readonly #follow = ({ target }: Event): void => {
    this[Symbol.dispose]();
    this.#abort.abort(target instanceof AbortSignal ? target.reason : undefined);
  };
}
