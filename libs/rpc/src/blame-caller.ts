import { type ServerInterceptingCallInterface, status } from '@grpc/grpc-js';
import { ServiceError } from '@instgenie/domain';
import { ErrorStatus } from './error-status.ts';

type SaidStatus = Parameters<ServerInterceptingCallInterface['sendStatus']>[0];

/** How the transport begins to say that a request's bytes are none. */
const transportTexts = ['Error deserializing request', 'Failed to decompress message', 'Invalid grpc-timeout value'];

const invalid = new ErrorStatus().toStatus(new ServiceError('invalid', 'the bytes of the request are none of gRPC'));

/** Bytes that are no request are answered INVALID_ARGUMENT: the transport says INTERNAL, as if it had failed itself. */
export function blameCaller(call: ServerInterceptingCallInterface): void {
  const send = call.sendStatus.bind(call);
  call.sendStatus = (said) => send(isOfTransport(said) ? invalid : said);
}

function isOfTransport({ code, details }: SaidStatus): boolean {
  return code === status.INTERNAL && transportTexts.some((text) => details.startsWith(text));
}
