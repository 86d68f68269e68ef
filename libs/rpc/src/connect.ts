import { pipeline } from 'node:stream/promises';
import {
  type ChannelCredentials,
  type ChannelOptions,
  Client,
  credentials,
  Metadata,
  type ServiceDefinition,
} from '@grpc/grpc-js';
import type { MethodDefinition } from '@grpc/proto-loader';
import { ServiceError } from '@instgenie/domain';
import { ErrorStatus } from './error-status.ts';
import { authorizationKey, type ParentCall, traceparentKey } from './service.ts';
import type { TlsKeys } from './tls.ts';

const mib = 1024 ** 2;

export interface ConnectOptions {
  /**
   * Plain text without it. `cert`, with its `key`, is shown to servers that ask; theirs must be signed by `ca`, else by a
   * known authority.
   */
  readonly tls?: Partial<TlsKeys> & {
    /** The name in the server's certificate, where that is not the host of the address. */
    readonly serverName?: string;
  };
  /** Of one message; default 32 MiB. Larger ones fail with `overloaded`. */
  readonly receiveBytesMax?: number;
}

export interface CallOptions {
  /** The call fails with `deadline` when it is not over after this time. */
  readonly deadlineMs: number;
  /** The span that the call is made in (W3C Trace Context). */
  readonly traceparent?: string;
  /** Who calls, such as `Bearer KEY`. */
  readonly authorization?: string;
  /** The call that this one is made for. */
  readonly parent?: ParentCall;
  readonly signal: AbortSignal;
}

type MethodName<Service> = Extract<keyof { [Name in keyof Service as string extends Name ? never : Name]: 0 }, string>;
type Method<Service, Name extends keyof Service> =
  Service[Name] extends MethodDefinition<infer Request, infer _Response, infer _Input, infer Output>
    ? { readonly request: Request; readonly response: Output }
    : never;

/** A connection to one server, opened by the first call and opened again when it breaks. It is shared with nobody. */
export function connect<Service extends ServiceDefinition>(
  address: string,
  service: Service,
  options: ConnectOptions = {},
): RpcClient<Service> {
  return new RpcClient(new Client(address, channelCredentials(options), channelOptions(options)), service);
}

/** Calls of one service. Every failure is a ServiceError; its text names no host. */
export class RpcClient<Service extends ServiceDefinition> implements AsyncDisposable {
  readonly #client: Client;
  readonly #service: Service;
  readonly #errors = new ErrorStatus();

  constructor(client: Client, service: Service) {
    this.#client = client;
    this.#service = service;
  }

  /** Calls of another service over the same connection; disposing of either closes it. */
  as<Other extends ServiceDefinition>(service: Other): RpcClient<Other> {
    return new RpcClient(this.#client, service);
  }

  unary<Name extends MethodName<Service>>(
    name: Name,
    request: Method<Service, Name>['request'],
    options: CallOptions,
  ): Promise<Method<Service, Name>['response']> {
    const { path, requestSerialize, responseDeserialize } = this.#method(name);
    const { promise, resolve, reject } = Promise.withResolvers<Method<Service, Name>['response']>();
    if (options.signal.aborted) return Promise.reject(new ServiceError('cancelled', 'cancelled'));
    const call = this.#client.makeUnaryRequest(
      path,
      requestSerialize,
      responseDeserialize,
      request,
      metadataOf(options),
      grpcOptions(options),
      (error, response) => {
        options.signal.removeEventListener('abort', cancel);
        if (error !== null) reject(this.#errors.fromStatus(error, options.signal.aborted));
        else resolve(response as Method<Service, Name>['response']);
      },
    );
    const cancel = () => call.cancel();
    options.signal.addEventListener('abort', cancel, { once: true });
    return promise;
  }

  /** Sends messages as fast as the server takes them, for one answer. */
  async upload<Name extends MethodName<Service>>(
    name: Name,
    requests: Iterable<Method<Service, Name>['request']> | AsyncIterable<Method<Service, Name>['request']>,
    options: CallOptions,
  ): Promise<Method<Service, Name>['response']> {
    const { path, requestSerialize, responseDeserialize } = this.#method(name);
    if (options.signal.aborted) throw new ServiceError('cancelled', 'cancelled');
    const { promise, resolve, reject } = Promise.withResolvers<Method<Service, Name>['response']>();
    const call = this.#client.makeClientStreamRequest(
      path,
      requestSerialize,
      responseDeserialize,
      metadataOf(options),
      grpcOptions(options),
      (error, response) => {
        if (error !== null) reject(this.#errors.fromStatus(error, options.signal.aborted || isBroken));
        else resolve(response as Method<Service, Name>['response']);
      },
    );
    let isBroken = false;
    const cancel = () => call.cancel();
    options.signal.addEventListener('abort', cancel, { once: true });
    const answered = new AbortController();
    const sending = pipeline(requests, call, { signal: answered.signal }).catch(() => {
      isBroken = true;
      call.cancel();
    });
    try {
      return await promise;
    } finally {
      options.signal.removeEventListener('abort', cancel);
      // A server that has answered takes no more.
      answered.abort();
      await sending;
    }
  }

  /** Reads ahead by a few messages only: a slow reader slows the server down. Whoever stops early cancels the call. */
  async *stream<Name extends MethodName<Service>>(
    name: Name,
    request: Method<Service, Name>['request'],
    options: CallOptions,
  ): AsyncGenerator<Method<Service, Name>['response'], void> {
    const { path, requestSerialize, responseDeserialize } = this.#method(name);
    if (options.signal.aborted) throw new ServiceError('cancelled', 'cancelled');
    const call = this.#client.makeServerStreamRequest(
      path,
      requestSerialize,
      responseDeserialize,
      request,
      metadataOf(options),
      grpcOptions(options),
    );
    const cancel = () => call.cancel();
    options.signal.addEventListener('abort', cancel, { once: true });
    let isOver = false;
    try {
      for await (const message of call) yield message as Method<Service, Name>['response'];
      isOver = true;
    } catch (thrown) {
      throw this.#errors.fromStatus(thrown, options.signal.aborted);
    } finally {
      options.signal.removeEventListener('abort', cancel);
      if (!isOver) cancel();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#client.close();
  }

  #method(name: PropertyKey): ServiceDefinition[string] {
    const method = this.#service[String(name)];
    if (method === undefined) throw new RangeError(`the service has no method ${String(name)}`);
    return method;
  }
}

function metadataOf({ traceparent, authorization }: CallOptions): Metadata {
  const metadata = new Metadata();
  if (authorization !== undefined) metadata.set(authorizationKey, authorization);
  if (traceparent !== undefined) metadata.set(traceparentKey, traceparent);
  return metadata;
}

function grpcOptions({ deadlineMs, parent }: CallOptions) {
  return { deadline: Date.now() + deadlineMs, ...(parent === undefined ? {} : { parent }) };
}

function channelCredentials({ tls }: ConnectOptions): ChannelCredentials {
  if (tls === undefined) return credentials.createInsecure();
  return credentials.createSsl(tls.ca ?? null, tls.key ?? null, tls.cert ?? null);
}

function channelOptions({ tls, receiveBytesMax = 32 * mib }: ConnectOptions): ChannelOptions {
  return {
    'grpc.use_local_subchannel_pool': 1,
    'grpc.max_receive_message_length': receiveBytesMax,
    // What one call may send is below this: a call that found its connection closing is then sent anew by itself.
    'grpc.per_rpc_retry_buffer_size': 33 * mib,
    'grpc.retry_buffer_size': 132 * mib,
    'grpc-node.flow_control_window': 8 * mib,
    'grpc.keepalive_time_ms': 2000,
    'grpc.keepalive_timeout_ms': 2000,
    'grpc.initial_reconnect_backoff_ms': 100,
    'grpc.max_reconnect_backoff_ms': 2000,
    'grpc.enable_http_proxy': 0,
    'grpc.enable_channelz': 0,
    'grpc.service_config_disable_resolution': 1,
    ...(tls?.serverName === undefined ? {} : { 'grpc.ssl_target_name_override': tls.serverName }),
  };
}
