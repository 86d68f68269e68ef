import { exitCodes } from './exit-codes.ts';

/** A launcher may pass on the Ctrl-C that the terminal has already sent to us; both come within this time. */
const sameKeyMs = 500;

/**
 * SIGINT and SIGTERM as an abort signal, which work looks at between its steps. A second one, from a person who does
 * not want to wait for the end of the step, ends the process at once.
 */
export class Interrupt implements Disposable {
  readonly #abort = new AbortController();
  readonly #onInterrupt = () => this.#stop(exitCodes.interrupted);
  readonly #onTerminate = () => this.#stop(exitCodes.terminated);
  #exitCode: number | undefined;
  #stoppedAtMs = 0;

  constructor() {
    process.on('SIGINT', this.#onInterrupt);
    process.on('SIGTERM', this.#onTerminate);
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** 130 or 143 once a signal has come. */
  get exitCode(): number | undefined {
    return this.#exitCode;
  }

  [Symbol.dispose](): void {
    process.off('SIGINT', this.#onInterrupt);
    process.off('SIGTERM', this.#onTerminate);
  }

  #stop(exitCode: number): void {
    const nowMs = performance.now();
    if (this.#exitCode !== undefined && nowMs - this.#stoppedAtMs > sameKeyMs) process.exit(this.#exitCode);
    this.#exitCode ??= exitCode;
    this.#stoppedAtMs = nowMs;
    this.#abort.abort();
  }
}
