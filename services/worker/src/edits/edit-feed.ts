import type { EditCheckpoint } from '@instgenie/engine';

/** What a caller hears of an edit before its result. */
export type EditNews =
  | { readonly kind: 'queued'; readonly position: number; readonly predictedMs: number }
  | { readonly kind: 'admitted'; readonly waitedMs: number }
  | { readonly kind: 'stepped'; readonly done: number; readonly total: number }
  | { readonly kind: 'preview'; readonly done: number; readonly picture: Uint8Array }
  | { readonly kind: 'checkpoint'; readonly checkpoint: EditCheckpoint; readonly fingerprint: string };

/**
 * News on their way to a caller. Of each kind only the latest waits, so that a slow caller costs a few kilobytes and
 * holds nobody up.
 */
export class Feed<News extends { readonly kind: string }> {
  readonly #waiting = new Map<string, News>();
  #arrival = Promise.withResolvers<void>();
  #isOver = false;

  push(news: News): void {
    this.#waiting.delete(news.kind);
    this.#waiting.set(news.kind, news);
    this.#arrival.resolve();
  }

  /** No more is to come. */
  end(): void {
    this.#isOver = true;
    this.#arrival.resolve();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<News, void> {
    for (;;) {
      for (const [kind, news] of this.#waiting) {
        this.#waiting.delete(kind);
        yield news;
      }
      if (this.#waiting.size > 0) continue;
      if (this.#isOver) return;
      await this.#arrival.promise;
      this.#arrival = Promise.withResolvers();
    }
  }
}
