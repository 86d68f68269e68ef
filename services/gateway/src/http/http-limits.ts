import type { GatewayConfig } from '../config.ts';

const mib = 1024 ** 2;

/** What the HTTP side allows. What is above is refused or cut off. */
export interface HttpLimits {
  readonly pictureBytesMax: number;
  readonly maskBytesMax: number;
  /** Of a form's field that is no file. */
  readonly fieldBytesMax: number;
  readonly fieldsMax: number;
  /** Of all requests that are being answered together. */
  readonly uploadBytesMax: number;
  /** Of an edit's whole time. */
  readonly deadlineMs: number;
  /** A request's line and headers. */
  readonly headerBytesMax: number;
  /** They must be there in this time, and the whole request in `requestMs`. */
  readonly headersMs: number;
  readonly requestMs: number;
  /** How often that is looked at. */
  readonly checkMs: number;
  /** A connection without a request is closed after this time. */
  readonly keepAliveMs: number;
  readonly connectionsMax: number;
  /** After a refusal so much of what the caller still sends is thrown away, for so long; then the connection is cut. */
  readonly lingerBytesMax: number;
  readonly lingerMs: number;
  /** A comment is sent on a stream of events so often. */
  readonly heartbeatMs: number;
  /** Whoever reads nothing of an answer for so long is cut off. */
  readonly stallMs: number;
  /** Requests may end in this time when the server closes. */
  readonly drainMs: number;
}

export const httpLimits: HttpLimits = {
  pictureBytesMax: 50 * mib,
  maskBytesMax: 4 * mib,
  fieldBytesMax: 128 * 1024,
  fieldsMax: 64,
  uploadBytesMax: 1024 * mib,
  deadlineMs: 60_000,
  headerBytesMax: 16 * 1024,
  headersMs: 10_000,
  requestMs: 60_000,
  checkMs: 500,
  keepAliveMs: 75_000,
  connectionsMax: 2048,
  lingerBytesMax: mib,
  lingerMs: 1000,
  heartbeatMs: 15_000,
  stallMs: 60_000,
  drainMs: 30_000,
};

export function limitsOf({ pictures, edits, drainMs }: GatewayConfig): HttpLimits {
  return {
    ...httpLimits,
    pictureBytesMax: pictures.httpBytesMax,
    maskBytesMax: pictures.maskBytesMax,
    deadlineMs: edits.deadlineMs,
    drainMs,
  };
}

/** Bytes of a JSON body with a picture and a mask in base64. */
export function jsonBytesMax({ pictureBytesMax, maskBytesMax }: HttpLimits): number {
  return Math.ceil(((pictureBytesMax + maskBytesMax) * 4) / 3) + mib;
}
