import { ServiceError } from '@instgenie/domain';
import { RetryError } from '@instgenie/rpc';

/** An edit or a priming that is in the worker. */
export interface DeskEntry extends Disposable {
  /** Unique in the worker. */
  readonly key: string;
  /** Aborts when it is cancelled. */
  readonly signal: AbortSignal;
}

const retryMs = 250;

/** Who is in the worker, in whatever stage: their number is bounded, and who asks by name can cancel. */
export class EditDesk {
  readonly editsMax: number;
  readonly #here = new Map<string, AbortController>();
  #left = Promise.withResolvers<void>();
  #state: 'open' | 'closed' = 'open';

  constructor(editsMax: number) {
    this.editsMax = editsMax;
  }

  get count(): number {
    return this.#here.size;
  }

  get isOpen(): boolean {
    return this.#state === 'open';
  }

  /** Throws `unavailable` while it is closed, `overloaded` when it is full, `invalid` for a name that is here. */
  enter({ tenant, id }: { readonly tenant: string; readonly id: string }): DeskEntry {
    const key = editKey({ tenant, id });
    if (!this.isOpen) {
      throw new RetryError('unavailable', 'worker: it is leaving; ask another one', { retryAfterMs: 0 });
    }
    if (this.#here.has(key)) {
      throw nameTaken();
    }
    if (this.#here.size >= this.editsMax) {
      const text = `worker: ${this.editsMax} edits are here already; try again later`;
      throw new RetryError('overloaded', text, { field: 'edits', retryAfterMs: retryMs });
    }
    const cancel = new AbortController();
    this.#here.set(key, cancel);
    return {
      key,
      signal: cancel.signal,
      [Symbol.dispose]: () => {
        this.#here.delete(key);
        this.#left.resolve();
      },
    };
  }

  /** Throws `not-found` for an edit that the tenant does not have here. */
  cancel(tenant: string, id: string): void {
    const found = this.#here.get(editKey({ tenant, id }));
    if (found === undefined) {
      throw new ServiceError('not-found', 'edit_id: no edit of this name is here', { field: 'edit_id' });
    }
    found.abort();
  }

  /** Nobody enters any more. */
  close(): void {
    this.#state = 'closed';
  }

  /** Settles when nobody is here. */
  async empty(): Promise<void> {
    while (this.#here.size > 0) {
      await this.#left.promise;
      this.#left = Promise.withResolvers();
    }
  }
}

/** Unique in the worker: tenants may choose the same names. */
export function editKey({ tenant, id }: { readonly tenant: string; readonly id: string }): string {
  return `${tenant.length}:${tenant}/${id}`;
}

export function nameTaken(): ServiceError {
  return new ServiceError('invalid', 'edit_id: an edit of this name is here already', { field: 'edit_id' });
}
