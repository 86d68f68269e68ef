/** A deployment that clients of other languages are tried on. */
export interface Target extends AsyncDisposable {
  readonly addresses: readonly string[];
  /** Sent as `Bearer`. */
  readonly apiKey: string;
}

export { startFakeTarget as startTarget } from './fake-target.ts';
