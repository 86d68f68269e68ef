import { type Clock, ServiceError } from '@instgenie/domain';

export interface ExpiringCacheSettings<Value> {
  /** Undefined: there is none, which is remembered like a value. */
  readonly load: (key: string) => Promise<Value | undefined>;
  readonly clock: Clock;
  /** An answer is at most so old. */
  readonly maxAgeMs: number;
  /** Of values, and of keys known to have none. */
  readonly entriesMax: number;
  readonly loadsMax: number;
}

interface Entry<Value> {
  readonly value: Value | undefined;
  readonly atMs: number;
}

/** Remembers what was loaded, for a time; those who ask for the same at once share one load. Failures are not kept. */
export class ExpiringCache<Value> {
  readonly #settings: ExpiringCacheSettings<Value>;
  // Apart, so that guesses push out no key that somebody uses.
  readonly #found = new Map<string, Entry<Value>>();
  readonly #missing = new Map<string, Entry<Value>>();
  readonly #loading = new Map<string, Promise<Value | undefined>>();

  constructor(settings: ExpiringCacheSettings<Value>) {
    this.#settings = settings;
  }

  /** Throws what `load` throws, and `overloaded` above `loadsMax` loads at once. */
  async get(key: string): Promise<Value | undefined> {
    const { clock, maxAgeMs, loadsMax } = this.#settings;
    const known = this.#found.get(key) ?? this.#missing.get(key);
    if (known !== undefined && clock.now() - known.atMs < maxAgeMs) return known.value;
    const running = this.#loading.get(key);
    if (running !== undefined) return await running;
    if (this.#loading.size >= loadsMax) {
      throw new ServiceError('overloaded', 'authorization: too many callers are looked up; try again');
    }
    const loading = this.#load(key).finally(() => this.#loading.delete(key));
    this.#loading.set(key, loading);
    return await loading;
  }

  async #load(key: string): Promise<Value | undefined> {
    // Of the start: a change during the load is seen after `maxAgeMs`, too.
    const atMs = this.#settings.clock.now();
    const value = await this.#settings.load(key);
    this.#found.delete(key);
    this.#missing.delete(key);
    const kept = value === undefined ? this.#missing : this.#found;
    const [oldest] = kept.keys();
    if (kept.size >= this.#settings.entriesMax && oldest !== undefined) kept.delete(oldest);
    kept.set(key, { value, atMs });
    return value;
  }
}
