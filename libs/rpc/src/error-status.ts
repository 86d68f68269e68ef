import { Metadata, type StatusObject } from '@grpc/grpc-js';
import { ServiceError } from '@instgenie/domain';
import { codeOfStatus, statusOfCode, textOfCode } from './error-codes.ts';
import { type ErrorDetails, ErrorDetailsCodec } from './error-details.ts';
import { RetryError } from './retry-error.ts';

const detailsKey = 'grpc-status-details-bin';
const pushbackKey = 'grpc-retry-pushback-ms';

/** Texts that are longer are cut, so that the trailers stay under what a client accepts, 8 KiB. */
const messageCharsMax = 300;
const fieldCharsMax = 128;

/** The one place where failures become statuses, and statuses failures. */
export class ErrorStatus {
  readonly #codec = new ErrorDetailsCodec();

  /** Accepts anything thrown. `internal` is opaque: its text, its field and its cause stay here. */
  toStatus(thrown: unknown): StatusObject {
    const details = shownDetails(ServiceError.from(thrown));
    const metadata = new Metadata();
    metadata.set(detailsKey, this.#codec.encode(details));
    if (details.retryAfterMs !== undefined) metadata.set(pushbackKey, String(Math.ceil(details.retryAfterMs)));
    return { code: statusOfCode[details.code], details: details.message, metadata };
  }

  /**
   * Accepts anything that a call rejects with. Only texts of our own servers are shown: others become a text for their
   * code, and stay as the cause. A call that was cut off and not cancelled (`hasCancelled`) has lost its server.
   */
  fromStatus(thrown: unknown, hasCancelled = true): ServiceError {
    if (!isStatus(thrown)) return ServiceError.from(thrown);
    const [bytes] = thrown.metadata.get(detailsKey);
    const details = Buffer.isBuffer(bytes) ? this.#codec.decode(bytes) : undefined;
    if (details !== undefined) return toError(details, thrown);
    const said = codeOfStatus[thrown.code];
    const code = said === 'cancelled' && !hasCancelled ? 'unavailable' : said;
    return new ServiceError(code, textOfCode[code], { cause: thrown });
  }
}

function shownDetails(error: ServiceError): ErrorDetails {
  const retryAfterMs = error instanceof RetryError ? error.retryAfterMs : undefined;
  if (error.code === 'internal') return { code: 'internal', message: textOfCode.internal, retryAfterMs };
  return {
    code: error.code,
    message: cut(error.message, messageCharsMax),
    field: error.field === undefined ? undefined : cut(error.field, fieldCharsMax),
    retryAfterMs,
  };
}

/** Whole characters only: half of a surrogate pair cannot be sent. */
function cut(text: string, charsMax: number): string {
  const kept = text.length <= charsMax ? text : `${text.slice(0, charsMax - 1)}…`;
  return kept.toWellFormed();
}

function toError({ code, message, field, retryAfterMs }: ErrorDetails, cause: unknown): ServiceError {
  const detail = { cause, ...(field === undefined ? {} : { field }) };
  if (retryAfterMs === undefined) return new ServiceError(code, message, detail);
  return new RetryError(code, message, { ...detail, retryAfterMs });
}

function isStatus(thrown: unknown): thrown is StatusObject {
  if (typeof thrown !== 'object' || thrown === null) return false;
  const { code, metadata }: { readonly code?: unknown; readonly metadata?: unknown } = thrown;
  return metadata instanceof Metadata && typeof code === 'number' && code in codeOfStatus;
}
