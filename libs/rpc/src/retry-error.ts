import { type ErrorCode, type ErrorDetail, ServiceError } from '@instgenie/domain';

/** A failed operation that is worth trying again, not before `retryAfterMs` have passed. */
export class RetryError extends ServiceError {
  readonly retryAfterMs: number;

  constructor(code: ErrorCode, message: string, detail: ErrorDetail & { readonly retryAfterMs: number }) {
    super(code, message, detail);
    this.retryAfterMs = detail.retryAfterMs;
  }
}
