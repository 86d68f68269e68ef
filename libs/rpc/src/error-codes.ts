import { status } from '@grpc/grpc-js';
import type { ErrorCode } from '@instgenie/domain';

/** The status that a code is sent as. */
export const statusOfCode = {
  invalid: status.INVALID_ARGUMENT,
  unauthenticated: status.UNAUTHENTICATED,
  forbidden: status.PERMISSION_DENIED,
  'not-found': status.NOT_FOUND,
  conflict: status.FAILED_PRECONDITION,
  unsupported: status.UNIMPLEMENTED,
  overloaded: status.RESOURCE_EXHAUSTED,
  unavailable: status.UNAVAILABLE,
  cancelled: status.CANCELLED,
  deadline: status.DEADLINE_EXCEEDED,
  internal: status.INTERNAL,
} as const satisfies Record<ErrorCode, status>;

/** What a status means that came without a reason of ours: from the transport, a proxy or another program. */
export const codeOfStatus = {
  [status.OK]: 'internal',
  [status.CANCELLED]: 'cancelled',
  [status.UNKNOWN]: 'internal',
  [status.INVALID_ARGUMENT]: 'invalid',
  [status.DEADLINE_EXCEEDED]: 'deadline',
  [status.NOT_FOUND]: 'not-found',
  [status.ALREADY_EXISTS]: 'conflict',
  [status.PERMISSION_DENIED]: 'forbidden',
  [status.RESOURCE_EXHAUSTED]: 'overloaded',
  [status.FAILED_PRECONDITION]: 'conflict',
  [status.ABORTED]: 'overloaded',
  [status.OUT_OF_RANGE]: 'invalid',
  [status.UNIMPLEMENTED]: 'unsupported',
  [status.INTERNAL]: 'internal',
  [status.UNAVAILABLE]: 'unavailable',
  [status.DATA_LOSS]: 'internal',
  [status.UNAUTHENTICATED]: 'unauthenticated',
} as const satisfies Record<status, ErrorCode>;

/** Said instead of the text of such a status, which may name hosts, ports or paths. */
export const textOfCode = {
  invalid: 'the server refused the request',
  unauthenticated: 'the server wants to know who calls',
  forbidden: 'the server does not allow this',
  'not-found': 'the server does not have it',
  conflict: 'the server is not in a state for this',
  unsupported: 'the server does not offer this',
  overloaded: 'the server has no room now: try again later',
  unavailable: 'the server cannot be reached now: try again',
  cancelled: 'cancelled',
  deadline: 'the answer did not come before its deadline',
  internal: 'internal error',
} as const satisfies Record<ErrorCode, string>;

/** `not-found` as `NOT_FOUND`: the reason that an ErrorInfo gives. */
export function reasonOfCode(code: ErrorCode): string {
  return code.toUpperCase().replaceAll('-', '_');
}

/** The code of a reason; undefined for reasons that are not ours. */
export function codeOfReason(reason: string): ErrorCode | undefined {
  const codes = Object.keys(statusOfCode) as ErrorCode[];
  return codes.find((code) => reasonOfCode(code) === reason);
}
