import type { Clock } from '@instgenie/domain';
import type { EditTicket, ItemProgress, JobLine } from './job-line.ts';

/** Says in the queue how far an edit is, until it is disposed of. */
export class ProgressNotes implements Disposable {
  readonly #line: JobLine;
  readonly #clock: Clock;
  readonly #progressMs: number;
  readonly #ticket: EditTicket;
  #latest: ItemProgress = { done: 0, total: 0 };
  #takeBack: (() => void) | undefined;

  constructor({ line, clock, progressMs }: { line: JobLine; clock: Clock; progressMs: number }, ticket: EditTicket) {
    this.#line = line;
    this.#clock = clock;
    this.#progressMs = progressMs;
    this.#ticket = ticket;
    this.#note();
  }

  set({ done, total }: ItemProgress): void {
    this.#latest = { done, total };
  }

  [Symbol.dispose](): void {
    this.#takeBack?.();
  }

  /** Also where nothing is new: so others see that somebody runs it. */
  #note(): void {
    const { item, ...job } = this.#ticket;
    // Without Redis nobody sees it; the edit goes on.
    this.#line.note(job, item, this.#latest).catch(() => undefined);
    this.#takeBack = this.#clock.after(this.#progressMs, () => this.#note());
  }
}
