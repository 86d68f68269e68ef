import { ServiceError } from '@instgenie/domain';
import type { CallOptions as WireOptions } from '@instgenie/rpc';
import type { CallOptions } from '../call-options.ts';
import type { Connection } from '../connection.ts';
import { Attempts, type RetryState } from './attempts.ts';

export interface CallsOptions {
  readonly connections: readonly Connection[];
  readonly state: RetryState;
  /** Where a call says nothing. */
  readonly deadlineMs: number;
  /** Asked before each attempt: a token may have been renewed. */
  readonly authorization: () => Promise<string | undefined>;
}

/** Of a stream that is made again when it breaks. */
export interface StreamOptions extends CallOptions {
  /** Whether nothing is missing: a break is then the end. */
  readonly isComplete?: () => boolean;
  /** Whether something new lets it break as often again: of streams that last longer than connections. */
  readonly isLasting?: boolean;
}

type Attempt<Result> = (connection: Connection, options: WireOptions) => Result;

const never = new AbortController().signal;

/** Calls that are made again where that is safe and may help. */
export class Calls implements AsyncDisposable {
  readonly #options: CallsOptions;

  constructor(options: CallsOptions) {
    this.#options = options;
  }

  /** A call with one answer. `wasSent` tells an attempt whether one before it may have been done. */
  async once<Answer>(
    call: (connection: Connection, options: WireOptions, wasSent: boolean) => Promise<Answer>,
    options: CallOptions,
  ): Promise<Answer> {
    const attempts = this.#begin(options);
    for (let wasSent = false; ; wasSent = true) {
      const { connection, wire } = await this.#next(attempts, options);
      try {
        const answer = await call(connection, wire, wasSent);
        attempts.answered();
        return answer;
      } catch (thrown) {
        await attempts.failed(thrown);
      }
    }
  }

  /** A stream of answers. One that breaks is begun again: what it brings then, the caller may have seen. */
  async *stream<Message>(call: Attempt<AsyncIterable<Message>>, options: StreamOptions): AsyncGenerator<Message, void> {
    const attempts = this.#begin(options);
    for (;;) {
      const { connection, wire } = await this.#next(attempts, options);
      const failure = yield* this.#read(call(connection, wire), attempts, options.isLasting === true);
      if (failure === undefined || options.isComplete?.() === true) return;
      await attempts.failed(failure.thrown);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#options.connections.map((connection) => connection[Symbol.asyncDispose]()));
  }

  #begin({ deadlineMs = this.#options.deadlineMs, signal = never }: CallOptions): Attempts {
    return new Attempts(this.#options.state, { deadlineMs, signal });
  }

  async #next(attempts: Attempts, { signal = never, traceparent }: CallOptions) {
    const authorization = await this.#options.authorization();
    const { address, deadlineMs } = attempts.begin();
    const connection = this.#options.connections[address];
    if (connection === undefined) throw new RangeError(`no connection ${address}`);
    const wire: WireOptions = {
      deadlineMs,
      signal,
      ...(authorization === undefined ? {} : { authorization }),
      ...(traceparent === undefined ? {} : { traceparent }),
    };
    return { connection, wire };
  }

  /** Returns how a stream broke; undefined where it ended. */
  async *#read<Message>(
    messages: AsyncIterable<Message>,
    attempts: Attempts,
    isLasting: boolean,
  ): AsyncGenerator<Message, { readonly thrown: unknown } | undefined> {
    try {
      for await (const message of messages) {
        attempts.answered();
        if (isLasting) attempts.renew();
        yield message;
      }
      attempts.answered();
      return undefined;
    } catch (thrown) {
      return { thrown };
    }
  }
}

/** What an attempt before has ended or deleted is not found by the next one. */
export function goneIsDone(thrown: unknown): void {
  if (!(thrown instanceof ServiceError && thrown.code === 'not-found')) throw thrown;
}
