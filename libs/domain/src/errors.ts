/** The closed set of ways an operation fails; edges map each to a gRPC status, an HTTP status or an exit code. */
export type ErrorCode =
  | 'invalid'
  | 'unauthenticated'
  | 'forbidden'
  | 'not-found'
  | 'conflict'
  | 'unsupported'
  | 'overloaded'
  | 'unavailable'
  | 'cancelled'
  | 'deadline'
  | 'internal';

export interface ErrorDetail {
  /** The request field, flag or file key that is wrong, if one is. */
  readonly field?: string;
  readonly cause?: unknown;
}

/** A failed operation. `message` is written for the caller: it names what is wrong and what would be right. */
export class ServiceError extends Error {
  readonly code: ErrorCode;
  readonly field: string | undefined;

  constructor(code: ErrorCode, message: string, detail: ErrorDetail = {}) {
    super(message, { cause: detail.cause });
    this.name = 'ServiceError';
    this.code = code;
    this.field = detail.field;
  }

  /** Accepts anything thrown. What is not ours becomes `internal` with an opaque text and keeps its cause for the log. */
  static from(thrown: unknown): ServiceError {
    if (thrown instanceof ServiceError) return thrown;
    if (thrown instanceof Error && thrown.name === 'AbortError') {
      return new ServiceError('cancelled', 'cancelled', { cause: thrown });
    }
    return new ServiceError('internal', 'internal error', { cause: thrown });
  }
}
