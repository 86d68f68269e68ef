import { type ErrorCode, ServiceError } from '@instgenie/domain';
import { RetryError } from '@instgenie/rpc';
import { HttpRefusal } from './http-refusal.ts';

/** An error as OpenAI's clients read it. */
export interface OpenAiError {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: {
    readonly error: {
      readonly message: string;
      readonly type: string;
      readonly param: string | null;
      readonly code: string | null;
    };
  };
}

const statuses = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  'not-found': 404,
  conflict: 409,
  unsupported: 501,
  overloaded: 429,
  unavailable: 503,
  cancelled: 499,
  deadline: 504,
  internal: 500,
} as const satisfies Record<ErrorCode, number>;

const types: Readonly<Partial<Record<ErrorCode, string>>> = {
  forbidden: 'permission_error',
  overloaded: 'rate_limit_error',
  unavailable: 'server_error',
  deadline: 'server_error',
  internal: 'server_error',
  unsupported: 'server_error',
};

const codes = {
  invalid: 'invalid_value',
  unauthenticated: 'invalid_api_key',
  forbidden: 'forbidden',
  'not-found': 'not_found',
  conflict: 'conflict',
  unsupported: 'unsupported',
  overloaded: 'rate_limit_exceeded',
  unavailable: 'unavailable',
  cancelled: 'cancelled',
  deadline: 'deadline_exceeded',
  internal: 'internal_error',
} as const satisfies Record<ErrorCode, string>;

const refusalCodes: Readonly<Record<number, string>> = {
  404: 'unknown_url',
  408: 'request_timeout',
  413: 'request_too_large',
  415: 'unsupported_media_type',
  431: 'headers_too_large',
};

/** Said after a refusal that is only for now but does not say until when. */
const retryAfterMs: Readonly<Partial<Record<ErrorCode, number>>> = { overloaded: 1000, unavailable: 1000 };
const messageCharsMax = 300;
const paramCharsMax = 128;

/** What HTTP calls a field that other edges name as the proto does. */
export type ParamNames = Readonly<Record<string, string>>;

/** Accepts anything thrown. What is internal stays here; retries are told to wait, or not to come again. */
export function openAiError(thrown: unknown, names: ParamNames = {}): OpenAiError {
  const error = ServiceError.from(thrown);
  const { code } = error;
  const status = error instanceof HttpRefusal ? error.status : statuses[code];
  const isInternal = code === 'internal';
  const param = error.field === undefined || isInternal ? null : paramOf(error.field, names);
  const message = isInternal ? 'internal error' : renamed(error, param);
  return {
    status,
    headers: retryHeaders(error, status),
    body: {
      error: {
        message: cut(message, messageCharsMax),
        type: types[code] ?? 'invalid_request_error',
        param: param === null ? null : cut(param, paramCharsMax),
        code: codeOf(error, param, status),
      },
    },
  };
}

function codeOf(error: ServiceError, param: string | null, status: number): string {
  if (error instanceof HttpRefusal) return refusalCodes[status] ?? codes.invalid;
  if (error.code === 'not-found' && param === 'model') return 'model_not_found';
  return codes[error.code];
}

/** `edit.mask` and `edits[3].mask` are `mask` here, and some have other names. */
function paramOf(field: string, names: ParamNames): string {
  const bare = field.replace(/^(?:edit|template|settings)\./, '');
  return (Object.hasOwn(names, bare) ? names[bare] : undefined) ?? bare;
}

/** Our messages begin with the field. */
function renamed({ message, field }: ServiceError, param: string | null): string {
  const isNamed = field !== undefined && param !== null && message.startsWith(`${field}:`);
  return isNamed ? `${param}${message.slice(field.length)}` : message;
}

/** OpenAI's clients obey `x-should-retry`, then `retry-after-ms`, then `retry-after`. */
function retryHeaders(error: ServiceError, status: number): Record<string, string> {
  const waitMs = error instanceof RetryError ? error.retryAfterMs : retryAfterMs[error.code];
  if (waitMs !== undefined) {
    const ms = Math.max(0, Math.ceil(waitMs));
    return { 'retry-after': String(Math.ceil(ms / 1000)), 'retry-after-ms': String(ms), 'x-should-retry': 'true' };
  }
  if (status === 401) return { 'www-authenticate': 'Bearer' };
  return status === 409 || status >= 500 ? { 'x-should-retry': 'false' } : {};
}

/** Whole characters only. */
function cut(text: string, charsMax: number): string {
  return (text.length <= charsMax ? text : `${text.slice(0, charsMax - 1)}…`).toWellFormed();
}
