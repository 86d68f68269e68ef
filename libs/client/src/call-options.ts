/** What every call takes. */
export interface CallOptions {
  /** The call, with all its attempts, fails with `deadline` when it is not over after this time. */
  readonly deadlineMs?: number | undefined;
  /** The span that the call is made in (W3C Trace Context). */
  readonly traceparent?: string | undefined;
  /** Ends the call with `cancelled`. */
  readonly signal?: AbortSignal | undefined;
}

/** Of calls that a server does only once for each name. */
export interface NamedCallOptions extends CallOptions {
  /** 1 to 64 of a-z, A-Z, 0-9, '-', '_'; a UUID without it. The same name within ten minutes is the same edit. */
  readonly requestId?: string | undefined;
}
