import { type MessagePort, type TransferListItem, Worker } from 'node:worker_threads';
import { type ErrorCode, ServiceError } from '@instgenie/domain';

/** What a thread offers: named functions of one argument. Shared memory passes by reference, the rest is copied. */
export type ThreadHandlers = Readonly<Record<string, (argument: never) => unknown>>;

interface Call {
  readonly id: number;
  readonly name: string;
  readonly argument: unknown;
}

type Answer =
  | { readonly id: number; readonly kind: 'done'; readonly value: unknown }
  | { readonly id: number; readonly kind: 'failed'; readonly error: ThreadError };

interface ThreadError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly field: string | undefined;
  readonly stack: string | undefined;
}

/** Answers calls on a port, one after the other in the order they came. */
export function serveCalls(port: MessagePort, handlers: ThreadHandlers): void {
  let last: Promise<void> = Promise.resolve();
  port.on('message', (call: Call) => {
    last = last.then(() => answer(port, handlers, call));
  });
}

/** Answers calls on a port as soon as each is done: for handlers that wait, and bound themselves what they begin. */
export function serveCallsTogether(port: MessagePort, handlers: ThreadHandlers): void {
  port.on('message', (call: Call) => void answer(port, handlers, call));
}

async function answer(port: MessagePort, handlers: ThreadHandlers, { id, name, argument }: Call): Promise<void> {
  try {
    const handler = handlers[name];
    if (handler === undefined) throw new RangeError(`the thread has no ${name}`);
    const value = await handler(argument as never);
    port.postMessage({ id, kind: 'done', value } satisfies Answer, transferable(value));
  } catch (thrown) {
    port.postMessage({ id, kind: 'failed', error: threadError(thrown) } satisfies Answer);
  }
}

/** Results that own their memory move instead of being copied. */
function transferable(value: unknown): readonly TransferListItem[] {
  return ArrayBuffer.isView(value) && value.buffer instanceof ArrayBuffer ? [value.buffer] : [];
}

function threadError(thrown: unknown): ThreadError {
  const error = thrown instanceof ServiceError ? thrown : undefined;
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  return {
    code: error?.code ?? 'internal',
    message: text,
    field: error?.field,
    stack: thrown instanceof Error ? thrown.stack : undefined,
  };
}

/** Calls the functions of a thread it owns. When the thread dies, every open call fails. */
export class ThreadClient implements AsyncDisposable {
  readonly #worker: Worker;
  readonly #open = new Map<number, { resolve: (value: unknown) => void; reject: (reason: unknown) => void }>();
  #next = 0;
  #death: ServiceError | undefined;

  /** `env`: the thread's environment; a copy of the process's without it. */
  constructor(file: URL, workerData: unknown, { env }: { readonly env?: NodeJS.ProcessEnv } = {}) {
    this.#worker = new Worker(file, { workerData, ...(env === undefined ? {} : { env }) });
    this.#worker.on('message', (message: Answer) => this.#settle(message));
    this.#worker.on('error', (cause) => this.#die(new ServiceError('internal', 'a thread failed', { cause })));
    this.#worker.on('exit', () => this.#die(new ServiceError('internal', 'a thread is closed')));
  }

  call<Result>(name: string, argument: unknown): Promise<Result> {
    if (this.#death !== undefined) return Promise.reject(this.#death);
    const id = this.#next++;
    return new Promise<Result>((resolve, reject) => {
      this.#open.set(id, { resolve: resolve as (value: unknown) => void, reject });
      this.#worker.postMessage({ id, name, argument } satisfies Call);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#worker.terminate();
  }

  #settle(answer: Answer): void {
    const waiting = this.#open.get(answer.id);
    this.#open.delete(answer.id);
    if (answer.kind === 'done') {
      waiting?.resolve(answer.value);
      return;
    }
    const { code, message, field, stack } = answer.error;
    const cause = Object.assign(new Error(message), { stack });
    waiting?.reject(new ServiceError(code, message, { cause, ...(field === undefined ? {} : { field }) }));
  }

  #die(reason: ServiceError): void {
    this.#death ??= reason;
    for (const { reject } of this.#open.values()) reject(this.#death);
    this.#open.clear();
  }
}
