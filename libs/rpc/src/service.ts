import type { EventEmitter } from 'node:events';
import type {
  handleClientStreamingCall,
  handleServerStreamingCall,
  handleUnaryCall,
  Metadata,
  ServerReadableStream,
  ServerUnaryCall,
  ServerWritableStream,
  ServiceDefinition,
  UntypedServiceImplementation,
} from '@grpc/grpc-js';
import type { MethodDefinition } from '@grpc/proto-loader';
import { ServiceError } from '@instgenie/domain';
import { ErrorStatus } from './error-status.ts';

export const traceparentKey = 'traceparent';
export const authorizationKey = 'authorization';

/** A call that is being served; passed on to calls made for it, it lends them its deadline and its cancellation. */
export type ParentCall =
  | ServerUnaryCall<unknown, unknown>
  | ServerReadableStream<unknown, unknown>
  | ServerWritableStream<unknown, unknown>;

export interface CallContext {
  readonly parent: ParentCall;
  /** Aborts when the caller cancels, goes away or has passed its deadline, and when the server is closed for good. */
  readonly signal: AbortSignal;
  /** What is left of the caller's deadline, ms; undefined where it set none. */
  readonly remainingMs: number | undefined;
  /** The span that the call belongs to (W3C Trace Context). */
  readonly traceparent: string | undefined;
  /** What the caller says of itself: `authorization`, or `Bearer` and its `x-api-key`. */
  readonly authorization: string | undefined;
}

/** What a method does. Whatever it throws becomes a status. */
export type MethodHandler<Request, Response> =
  | { readonly kind: 'unary'; readonly handle: (request: Request, context: CallContext) => Promise<Response> }
  | { readonly kind: 'stream'; readonly handle: (request: Request, context: CallContext) => AsyncIterable<Response> }
  | {
      readonly kind: 'upload';
      readonly handle: (requests: AsyncIterable<Request>, context: CallContext) => Promise<Response>;
    };

/** A handler for each method of a generated service definition. */
export type ServiceHandlers<Service> = {
  readonly [Name in keyof Service as string extends Name ? never : Name]: Service[Name] extends MethodDefinition<
    infer _Input,
    infer Response,
    infer Request,
    infer _Output
  >
    ? MethodHandler<Request, Response>
    : never;
};

/** A service as a server takes it. */
export interface RpcService {
  readonly definition: ServiceDefinition;
  readonly implementation: UntypedServiceImplementation;
}

/** A method with one answer. */
export function unary<Request, Response>(
  handle: (request: Request, context: CallContext) => Promise<Response>,
): MethodHandler<Request, Response> {
  return { kind: 'unary', handle };
}

/** A method with a stream of answers. The next one is asked for only when the last but one has gone to the caller. */
export function serverStreaming<Request, Response>(
  handle: (request: Request, context: CallContext) => AsyncIterable<Response>,
): MethodHandler<Request, Response> {
  return { kind: 'stream', handle };
}

/** A method with a stream of requests and one answer. A request is read when the handler asks for it. */
export function clientStreaming<Request, Response>(
  handle: (requests: AsyncIterable<Request>, context: CallContext) => Promise<Response>,
): MethodHandler<Request, Response> {
  return { kind: 'upload', handle };
}

export function implement<Service extends ServiceDefinition>(
  definition: Service,
  handlers: ServiceHandlers<Service>,
): RpcService {
  const errors = new ErrorStatus();
  const methods = Object.entries<MethodHandler<unknown, unknown>>(handlers);
  const implementation: UntypedServiceImplementation = {};
  for (const [name, handler] of methods) {
    implementation[name] = answer(handler, errors);
  }
  return { definition, implementation };
}

function answer(handler: MethodHandler<unknown, unknown>, errors: ErrorStatus) {
  switch (handler.kind) {
    case 'unary':
      return answerOnce(handler.handle, errors);
    case 'stream':
      return answerMany(handler.handle, errors);
    case 'upload':
      return answerUpload(handler.handle, errors);
  }
}

function answerOnce<Request, Response>(
  handle: (request: Request, context: CallContext) => Promise<Response>,
  errors: ErrorStatus,
): handleUnaryCall<Request, Response> {
  return (call, callback) => {
    const answer = async () => await handle(call.request, contextOf(call));
    answer().then(
      (response) => callback(null, response),
      (thrown: unknown) => callback(errors.toStatus(thrown)),
    );
  };
}

function answerMany<Request, Response>(
  handle: (request: Request, context: CallContext) => AsyncIterable<Response>,
  errors: ErrorStatus,
): handleServerStreamingCall<Request, Response> {
  return (call) => {
    const context = contextOf(call);
    sendAll(call, handle, context).then(
      () => call.end(),
      (thrown: unknown) => call.emit('error', errors.toStatus(thrown)),
    );
  };
}

function answerUpload<Request, Response>(
  handle: (requests: AsyncIterable<Request>, context: CallContext) => Promise<Response>,
  errors: ErrorStatus,
): handleClientStreamingCall<Request, Response> {
  return (call, callback) => {
    const respond = async () => await handle(call as AsyncIterable<Request>, contextOf(call));
    respond().then(
      (response) => callback(null, response),
      (thrown: unknown) => callback(errors.toStatus(thrown)),
    );
  };
}

/** Every call ends so, also one that was answered: making an error with its stack for each would be waste. */
const over = new ServiceError('cancelled', 'the call is over');

function contextOf(call: ParentCall): CallContext {
  const abort = new AbortController();
  const emitter: EventEmitter = call;
  emitter.once('cancelled', () => abort.abort(over));
  const remainingMs = Number(call.getDeadline()) - Date.now();
  const [traceparent] = call.metadata.get(traceparentKey);
  return {
    parent: call,
    signal: abort.signal,
    remainingMs: Number.isFinite(remainingMs) ? remainingMs : undefined,
    traceparent: typeof traceparent === 'string' ? traceparent : undefined,
    authorization: authorizationOf(call.metadata),
  };
}

function authorizationOf(metadata: Metadata): string | undefined {
  const [authorization] = metadata.get(authorizationKey);
  if (typeof authorization === 'string') return authorization;
  const [key] = metadata.get('x-api-key');
  return typeof key === 'string' ? `Bearer ${key}` : undefined;
}

/** While one message is on its way, the next one is made. */
async function sendAll<Request, Response>(
  call: ServerWritableStream<Request, Response>,
  handle: (request: Request, context: CallContext) => AsyncIterable<Response>,
  context: CallContext,
): Promise<void> {
  let sent: Promise<void> = Promise.resolve();
  for await (const message of handle(call.request, context)) {
    await sent;
    if (context.signal.aborted) return;
    sent = send(call, message, context.signal);
  }
  await sent;
}

/** Resolves when the message has gone to the caller, or the call is over: then nobody says what became of it. */
function send<Response>(
  call: ServerWritableStream<unknown, Response>,
  message: Response,
  signal: AbortSignal,
): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const done = () => {
    signal.removeEventListener('abort', done);
    resolve();
  };
  signal.addEventListener('abort', done, { once: true });
  call.write(message, done);
  return promise;
}
