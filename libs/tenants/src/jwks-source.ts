import { open } from 'node:fs/promises';
import { type Clock, ServiceError } from '@instgenie/domain';
import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';

export interface JwksSourceSettings {
  /** http://, https://, or a file. */
  readonly place: string;
  readonly clock: Clock;
  /** Keys of this age are looked up again, while they are used. */
  readonly refreshMs?: number;
  /** From one look-up to the next, whatever tokens say. */
  readonly coolDownMs?: number;
  /** The same after one that failed. */
  readonly retryMs?: number;
  readonly timeoutMs?: number;
}

const bytesMax = 1024 ** 2;

/** The keys that tokens are signed with. The last good ones are kept for as long as there are no newer ones. */
export class JwksSource {
  readonly #settings: Required<JwksSourceSettings>;
  #keys: ReturnType<typeof createLocalJWKSet> | undefined;
  #loadedMs = Number.NEGATIVE_INFINITY;
  #notBeforeMs = Number.NEGATIVE_INFINITY;
  #loading: Promise<void> | undefined;

  constructor(settings: JwksSourceSettings) {
    const defaults = { refreshMs: 600_000, coolDownMs: 30_000, retryMs: 1000, timeoutMs: 5000 };
    this.#settings = { ...defaults, ...settings };
  }

  /** The key of a token's header. Throws `unavailable` where there never were any keys, else what jose throws. */
  readonly key: JWTVerifyGetKey = async (header, token) => {
    if (this.#keys === undefined) await this.#refresh();
    const keys = this.#keys;
    if (keys === undefined)
      throw new ServiceError('unavailable', 'authorization: tokens cannot be checked now; try again');
    try {
      const key = await keys(header, token);
      const isOld = this.#settings.clock.now() - this.#loadedMs >= this.#settings.refreshMs;
      if (isOld) void this.#refresh();
      return key;
    } catch (thrown) {
      if (!(thrown instanceof errors.JWKSNoMatchingKey)) throw thrown;
      // New keys may have been published since.
      await this.#refresh();
      if (this.#keys === keys || this.#keys === undefined) throw thrown;
      return await this.#keys(header, token);
    }
  };

  /** Settles when it has been tried, or at once where it is too early. Never throws. */
  async #refresh(): Promise<void> {
    const { clock } = this.#settings;
    if (this.#loading === undefined && clock.now() < this.#notBeforeMs) return;
    this.#loading ??= this.#load().finally(() => {
      this.#loading = undefined;
    });
    await this.#loading;
  }

  async #load(): Promise<void> {
    const { place, clock, coolDownMs, retryMs, timeoutMs } = this.#settings;
    try {
      const text = await (/^https?:\/\//i.test(place) ? readUrl(place, timeoutMs) : readFile(place));
      // Checked by jose, which refuses what is no key set.
      const found = JSON.parse(text) as JSONWebKeySet;
      const keys = createLocalJWKSet(found);
      // An issuer that has none would lock everybody out.
      if (found.keys.length === 0) throw new RangeError('no keys');
      this.#keys = keys;
      this.#loadedMs = clock.now();
      this.#notBeforeMs = this.#loadedMs + coolDownMs;
    } catch {
      this.#notBeforeMs = clock.now() + retryMs;
    }
  }
}

async function readUrl(url: string, timeoutMs: number): Promise<string> {
  const headers = { accept: 'application/json, application/jwk-set+json' };
  const response = await fetch(url, { headers, redirect: 'error', signal: AbortSignal.timeout(timeoutMs) });
  if (!response.ok || response.body === null) throw new Error('no keys');
  return await readBody(response.body, bytesMax);
}

/** A body's text. Throws above `bytesMax`. */
export async function readBody(body: ReadableStream<Uint8Array>, bytesMax: number): Promise<string> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of body) {
    bytes += piece.length;
    if (bytes > bytesMax) throw new RangeError('too long');
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}

async function readFile(path: string): Promise<string> {
  await using file = await open(path, 'r');
  if ((await file.stat()).size > bytesMax) throw new RangeError('too long');
  return await file.readFile('utf8');
}
