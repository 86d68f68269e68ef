import type { Evictable, EvictionPolicy } from './policy.ts';

/** Gives up what was not used for longest: the baseline. */
export class LruPolicy implements EvictionPolicy {
  readonly name = 'lru';
  /** In the order of the last use. */
  readonly #ids = new Set<string>();

  add({ id }: Evictable): void {
    this.#ids.add(id);
  }

  use(id: string): void {
    if (this.#ids.delete(id)) this.#ids.add(id);
  }

  remove(id: string): void {
    this.#ids.delete(id);
  }

  victim(mayGo: (id: string) => boolean): string | undefined {
    for (const id of this.#ids) if (mayGo(id)) return id;
    return undefined;
  }
}
