import {
  type Metadata,
  ServerInterceptingCall,
  type ServerInterceptingCallInterface,
  type ServerInterceptor,
  ServerListenerBuilder,
  status,
} from '@grpc/grpc-js';
import { blameCaller } from './blame-caller.ts';
import type { Connections } from './connections.ts';
import type { RunningCalls } from './running-calls.ts';
import type { ServerLimits } from './server-limits.ts';

export type CallLimits = Pick<ServerLimits, 'metadataBytesMax' | 'bodyIdleMs' | 'bodyBytesMin' | 'bodyMs'>;

/** Bytes that HTTP/2 allows for each header beside its name and value (RFC 9113, section 6.5.2). */
const headerOverheadBytes = 32;

/** Refuses calls with too much metadata or bytes that are no request, and ends calls whose messages do not come. */
export function guardCalls(limits: CallLimits, { connections, running }: GuardedServer): ServerInterceptor {
  return (_, call) => {
    blameCaller(call);
    return new GuardedCall(call, { limits, connections, running });
  };
}

interface GuardedServer {
  readonly connections: Connections;
  readonly running: RunningCalls;
}

interface Guard extends GuardedServer {
  readonly limits: CallLimits;
}

/** A call that does not wait for its messages for ever: a read that was started must end. */
class GuardedCall extends ServerInterceptingCall {
  readonly #call: ServerInterceptingCallInterface;
  readonly #guard: Guard;
  #timer: NodeJS.Timeout | undefined;

  constructor(call: ServerInterceptingCallInterface, guard: Guard) {
    super(call, {
      start: (next) => {
        const stop = () => clearTimeout(this.#timer);
        const listener = new ServerListenerBuilder()
          .withOnReceiveMetadata((metadata, next) => {
            if (metadataBytes(metadata) <= guard.limits.metadataBytesMax) next(metadata);
            else call.sendStatus({ code: status.RESOURCE_EXHAUSTED, details: 'the metadata is too large' });
          })
          .withOnReceiveMessage((message, next) => {
            stop();
            next(message);
          })
          .withOnReceiveHalfClose((next) => {
            stop();
            next();
          })
          // Whichever way a call ends.
          .withOnCancel(() => {
            stop();
            guard.running.remove(call);
          })
          .build();
        guard.running.add(call);
        next(listener);
      },
    });
    this.#call = call;
    this.#guard = guard;
  }

  override startRead(): void {
    this.#await(0);
    super.startRead();
  }

  #await(waitedMs: number): void {
    const { limits, connections } = this.#guard;
    const peer = this.#call.getPeer();
    const before = connections.bytesRead(peer);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      const nowWaitedMs = waitedMs + limits.bodyIdleMs;
      const hasProgress = connections.bytesRead(peer) - before >= limits.bodyBytesMin;
      if (hasProgress && nowWaitedMs < limits.bodyMs) this.#await(nowWaitedMs);
      else this.#call.sendStatus({ code: status.DEADLINE_EXCEEDED, details: 'the request did not come in time' });
    }, limits.bodyIdleMs);
  }
}

function metadataBytes(metadata: Metadata): number {
  return Object.entries(metadata.toHttp2Headers())
    .flatMap(([name, values]) => [values ?? []].flat().map((value) => name.length + String(value).length))
    .reduce((sum, bytes) => sum + bytes + headerOverheadBytes, 0);
}
