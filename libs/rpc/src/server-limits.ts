const mib = 1024 ** 2;
const minuteMs = 60_000;

/** What a server allows. What is above is refused or cut off. */
export interface ServerLimits {
  /** Of one message. */
  readonly receiveBytesMax: number;
  /** Names and values of a request's metadata, and 32 bytes for each pair, as HTTP/2 counts them. */
  readonly metadataBytesMax: number;
  readonly streamsPerConnectionMax: number;
  readonly connectionsMax: number;
  /** From one address. */
  readonly connectionsPerPeerMax: number;
  /** A connection must send its first byte, and end its TLS handshake, in this time. */
  readonly firstByteMs: number;
  /** While a message is awaited, its connection must bring at least `bodyBytesMin` in each `bodyIdleMs`. */
  readonly bodyIdleMs: number;
  readonly bodyBytesMin: number;
  /** A message must be there this long after it is awaited. */
  readonly bodyMs: number;
  /** A call that is answered while its request has not ended is reset after this time. */
  readonly halfOpenMs: number;
  /** After so long without a byte a ping is sent, which must be answered in `keepaliveTimeoutMs`. */
  readonly keepaliveMs: number;
  readonly keepaliveTimeoutMs: number;
  /** A connection without calls is closed after this time. */
  readonly connectionIdleMs: number;
  /** A connection takes no new calls after this time (give or take a tenth), and is cut `connectionAgeGraceMs` later. */
  readonly connectionAgeMs: number;
  readonly connectionAgeGraceMs: number;
  /** Calls may end in this time when the server closes. */
  readonly drainMs: number;
}

export const serverLimits: ServerLimits = {
  receiveBytesMax: 32 * mib,
  metadataBytesMax: 8192,
  streamsPerConnectionMax: 128,
  connectionsMax: 2048,
  connectionsPerPeerMax: 256,
  firstByteMs: 5000,
  bodyIdleMs: 10_000,
  bodyBytesMin: 4096,
  bodyMs: minuteMs,
  halfOpenMs: 200,
  keepaliveMs: 2000,
  keepaliveTimeoutMs: 2000,
  connectionIdleMs: 5 * minuteMs,
  connectionAgeMs: 30 * minuteMs,
  connectionAgeGraceMs: minuteMs,
  drainMs: 30_000,
};
