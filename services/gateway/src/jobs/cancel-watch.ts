import type { Clock } from '@instgenie/domain';
import type { JobBlobs } from './job-blobs.ts';
import type { JobRef } from './job-id.ts';

/** Aborts once its job was cancelled or deleted. Whoever has no more use for it disposes of it. */
export type CancelWatch = Disposable & { readonly signal: AbortSignal };

/** Looks after jobs that run here, for whether somebody has cancelled or deleted them, in whichever gateway. */
export class CancelWatches {
  readonly #blobs: JobBlobs;
  readonly #clock: Clock;
  readonly #cancelMs: number;
  readonly #here = new Map<string, Set<AbortController>>();

  constructor({ blobs, clock, cancelMs }: { blobs: JobBlobs; clock: Clock; cancelMs: number }) {
    this.#blobs = blobs;
    this.#clock = clock;
    this.#cancelMs = cancelMs;
  }

  /** Somebody has cancelled a job here: nobody has to look for it. */
  cancel({ id }: JobRef): void {
    for (const abort of this.#here.get(id) ?? []) abort.abort();
  }

  watch(job: JobRef): CancelWatch {
    const abort = new AbortController();
    const here = this.#here.get(job.id) ?? new Set();
    this.#here.set(job.id, here.add(abort));
    let isOver = false;
    let takeBack: (() => void) | undefined;
    const wait = () => {
      takeBack = this.#clock.after(this.#cancelMs, () => void look());
    };
    const look = async () => {
      if (await this.#isUnwanted(job)) abort.abort();
      else if (!isOver) wait();
    };
    wait();
    return {
      signal: abort.signal,
      [Symbol.dispose]: () => {
        isOver = true;
        takeBack?.();
        here.delete(abort);
        if (here.size === 0 && this.#here.get(job.id) === here) this.#here.delete(job.id);
      },
    };
  }

  async #isUnwanted(job: JobRef): Promise<boolean> {
    try {
      return (await this.#blobs.isCancelled(job)) || (await this.#blobs.order(job)) === undefined;
    } catch {
      // The store does not answer now; the next look may hear it.
      return false;
    }
  }
}
