import { systemClock } from '@instgenie/domain';
import { ThreadClient } from '@instgenie/threads';
import type { FinishCall, PictureSetup, ReadCall, ReadPicture } from './picture-protocol.ts';
import { Stage } from './stage.ts';

/** A picture that is being edited: read, and to be finished or dropped. */
export interface OpenPicture extends ReadPicture, Disposable {
  finish(call: Omit<FinishCall, 'id'>, options: { readonly signal: AbortSignal }): Promise<Uint8Array>;
}

/** Reads and finishes pictures in a thread of their own, in a bounded line. */
export class PictureDesk implements AsyncDisposable {
  readonly #thread: ThreadClient;
  readonly #stage: Stage;
  #next = 0;

  constructor(setup: PictureSetup, { waitingMax }: { readonly waitingMax: number }) {
    this.#thread = new ThreadClient(new URL('./picture-thread.ts', import.meta.url), setup);
    this.#stage = new Stage({ name: 'pictures', concurrency: 2, waitingMax, now: () => systemClock.now() });
  }

  /** What reading a picture and making the file of a result take, about, ms. */
  get tookMs(): number {
    const { usual, urgent } = this.#stage.tookMs;
    return usual + urgent;
  }

  async read(call: Omit<ReadCall, 'id'>, signal: AbortSignal): Promise<OpenPicture> {
    const id = this.#next++;
    const read = await this.#stage.run(() => this.#thread.call<ReadPicture>('read', { id, ...call }), { signal });
    return {
      ...read,
      finish: (finish, options) =>
        this.#stage.run(() => this.#thread.call<Uint8Array>('finish', { id, ...finish }), {
          ...options,
          isUrgent: true,
        }),
      [Symbol.dispose]: () => void this.#thread.call('drop', id).catch(() => undefined),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#thread[Symbol.asyncDispose]();
  }
}
