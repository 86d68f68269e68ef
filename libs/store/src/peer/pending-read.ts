import { ServiceError } from '@instgenie/domain';
import type { ChunkName } from '../chunk-reader.ts';

/** A chunk that somebody waits for. It settles once, and is not written to afterwards. */
export class PendingRead {
  readonly name: ChunkName;
  readonly done: Promise<void>;
  readonly #into: Uint8Array;
  readonly #settle: { readonly resolve: () => void; readonly reject: (reason: ServiceError) => void };
  #isOpen = true;

  constructor(name: ChunkName, into: Uint8Array) {
    this.name = name;
    this.#into = into;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.done = promise;
    this.#settle = { resolve, reject };
  }

  get bytes(): number {
    return this.#into.length;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  write(data: Uint8Array, offset: number): void {
    if (this.#isOpen) this.#into.set(data, offset);
  }

  complete(): void {
    this.#isOpen = false;
    this.#settle.resolve();
  }

  fail(reason: ServiceError): void {
    this.#isOpen = false;
    this.#settle.reject(reason);
  }

  cancel(): void {
    this.fail(new ServiceError('cancelled', 'cancelled'));
  }
}
