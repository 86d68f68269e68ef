import { ServiceError } from '@instgenie/domain';
import type { EditNews } from './editing.ts';

/** What is kept of a kind of news: the latest of each result. */
function slotOf(news: EditNews): string {
  return news.kind === 'accepted' ? 'accepted' : `${news.kind} ${news.index}`;
}

/**
 * What happened to an edit, for any number of readers. Each reader hears the latest of each kind and result that it has
 * not heard yet, in the order in which they came: a slow or a late one misses what is out of date, never how it ended.
 */
export class NewsBoard {
  /** The latest of each slot with its number, in the order of their numbers. */
  readonly #latest = new Map<string, { readonly at: number; readonly news: EditNews }>();
  #count = 0;
  #end: { readonly error: ServiceError | undefined } | undefined;
  #wake = Promise.withResolvers<void>();
  #readers = 0;
  readonly #onReaders: (readers: number) => void;

  /** `onReaders` hears how many there are whenever that changes, until the end. */
  constructor(onReaders: (readers: number) => void = () => undefined) {
    this.#onReaders = onReaders;
  }

  post(news: EditNews): void {
    const slot = slotOf(news);
    this.#latest.delete(slot);
    this.#latest.set(slot, { at: this.#count++, news });
    this.#tell();
  }

  /** All news are there. With an error, readers throw it once they have heard them. */
  end(error?: ServiceError): void {
    this.#end ??= { error };
    this.#tell();
  }

  async *read(signal: AbortSignal): AsyncGenerator<EditNews, void> {
    const left = Promise.withResolvers<void>();
    const leave = () => left.resolve();
    signal.addEventListener('abort', leave, { once: true });
    this.#countReader(1);
    try {
      let heard = 0;
      for (;;) {
        const wake = this.#wake.promise;
        for (const { at, news } of this.#latest.values()) {
          if (at < heard) continue;
          heard = at + 1;
          yield news;
        }
        if (heard < this.#count) continue;
        if (this.#end !== undefined) break;
        if (signal.aborted) throw new ServiceError('cancelled', 'cancelled');
        await Promise.race([wake, left.promise]);
      }
      if (this.#end.error !== undefined) throw this.#end.error;
    } finally {
      signal.removeEventListener('abort', leave);
      this.#countReader(-1);
    }
  }

  #countReader(change: 1 | -1): void {
    this.#readers += change;
    if (this.#end === undefined) this.#onReaders(this.#readers);
  }

  #tell(): void {
    this.#wake.resolve();
    this.#wake = Promise.withResolvers();
  }
}
