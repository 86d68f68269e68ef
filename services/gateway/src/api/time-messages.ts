/** A `google.protobuf.Duration` or `Timestamp` of this many milliseconds. */
export interface TimeMessage {
  readonly seconds: number;
  readonly nanos: number;
}

const nanosPerMs = 1_000_000;

/** Milliseconds, of a duration or since the epoch, as a message: seconds and nanoseconds of one sign. */
export function timeMessage(ms: number): TimeMessage {
  const seconds = Math.trunc(ms / 1000);
  const nanos = Math.round((ms - seconds * 1000) * nanosPerMs);
  return Math.abs(nanos) === 1e9 ? { seconds: seconds + Math.sign(nanos), nanos: 0 } : { seconds, nanos };
}

/** The milliseconds of a message. */
export function millisecondsOf({ seconds, nanos }: TimeMessage): number {
  return seconds * 1000 + nanos / nanosPerMs;
}
