import type { MessageTypeDefinition } from '@grpc/proto-loader';
import type { ErrorCode } from '@instgenie/domain';
import { codeOfReason, reasonOfCode, statusOfCode } from './error-codes.ts';
import type { Any__Output } from './generated/google/protobuf/Any.ts';
import type { BadRequest, BadRequest__Output } from './generated/google/rpc/BadRequest.ts';
import type { ErrorInfo, ErrorInfo__Output } from './generated/google/rpc/ErrorInfo.ts';
import type { RetryInfo, RetryInfo__Output } from './generated/google/rpc/RetryInfo.ts';
import type { Status, Status__Output } from './generated/google/rpc/Status.ts';
import { loadMessage } from './proto.ts';

/** What a failed call says beside its status. */
export interface ErrorDetails {
  readonly code: ErrorCode;
  readonly message: string;
  readonly field?: string | undefined;
  readonly retryAfterMs?: number | undefined;
}

const domain = 'instgenie';
const detailsFile = 'google/rpc/error_details.proto';
const retryAfterMsMax = 3_600_000;

/** Turns a failure into `google.rpc.Status` and back: what the trailer `grpc-status-details-bin` holds. */
export class ErrorDetailsCodec {
  readonly #status = loadMessage<Status, Status__Output>({
    file: 'google/rpc/status.proto',
    name: 'google.rpc.Status',
  });
  readonly #errorInfo = detail<ErrorInfo, ErrorInfo__Output>('ErrorInfo');
  readonly #badRequest = detail<BadRequest, BadRequest__Output>('BadRequest');
  readonly #retryInfo = detail<RetryInfo, RetryInfo__Output>('RetryInfo');

  encode({ code, message, field, retryAfterMs }: ErrorDetails): Buffer {
    const details = [pack(this.#errorInfo, { reason: reasonOfCode(code), domain })];
    if (field !== undefined) {
      details.push(pack(this.#badRequest, { fieldViolations: [{ field, description: message }] }));
    }
    if (retryAfterMs !== undefined) details.push(pack(this.#retryInfo, { retryDelay: duration(retryAfterMs) }));
    return this.#status.serialize({ code: statusOfCode[code], message, details });
  }

  /** Undefined for bytes that are damaged or of another program. */
  decode(bytes: Buffer): ErrorDetails | undefined {
    try {
      const { message, details } = this.#status.deserialize(bytes);
      const info = unpack(this.#errorInfo, details);
      const code = info?.domain === domain ? codeOfReason(info.reason) : undefined;
      if (code === undefined) return undefined;
      const field = unpack(this.#badRequest, details)?.fieldViolations[0]?.field;
      const delay = unpack(this.#retryInfo, details)?.retryDelay;
      return { code, message, field, retryAfterMs: milliseconds(delay) };
    } catch {
      return undefined;
    }
  }
}

interface Detail<Input, Output> {
  readonly url: string;
  readonly type: MessageTypeDefinition<Input, Output>;
}

function detail<Input, Output>(name: string): Detail<Input, Output> {
  const fullName = `google.rpc.${name}`;
  return { url: `type.googleapis.com/${fullName}`, type: loadMessage({ file: detailsFile, name: fullName }) };
}

function pack<Input, Output>({ url, type }: Detail<Input, Output>, message: Input): Any__Output {
  return { type_url: url, value: type.serialize(message) };
}

function unpack<Input, Output>({ url, type }: Detail<Input, Output>, details: readonly Any__Output[]) {
  const found = details.find((any) => any.type_url === url);
  return found === undefined ? undefined : type.deserialize(found.value);
}

function duration(ms: number): { readonly seconds: number; readonly nanos: number } {
  const whole = Math.ceil(ms);
  return { seconds: Math.floor(whole / 1000), nanos: (whole % 1000) * 1_000_000 };
}

function milliseconds(delay: { readonly seconds: number; readonly nanos: number } | null | undefined) {
  if (delay === undefined || delay === null) return undefined;
  return Math.min(retryAfterMsMax, Math.max(0, delay.seconds * 1000 + Math.round(delay.nanos / 1_000_000)));
}
