import type { ServerInterceptingCallInterface } from '@grpc/grpc-js';
import { ServiceError } from '@instgenie/domain';
import { ErrorStatus } from './error-status.ts';

/** The calls that a server serves, so that they can be ended when it goes. */
export class RunningCalls {
  readonly #calls = new Set<ServerInterceptingCallInterface>();
  readonly #leaving = new ErrorStatus().toStatus(new ServiceError('unavailable', 'the server is leaving: try again'));

  add(call: ServerInterceptingCallInterface): void {
    this.#calls.add(call);
  }

  remove(call: ServerInterceptingCallInterface): void {
    this.#calls.delete(call);
  }

  /** Ends all of them so that their callers try elsewhere: connections that are cut would look like cancelled calls. */
  end(): void {
    for (const call of this.#calls) call.sendStatus(this.#leaving);
  }
}
