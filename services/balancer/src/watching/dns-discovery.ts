import { lookup } from 'node:dns/promises';
import type { Clock } from '@instgenie/domain';
import type { Discovery } from './discovery.ts';
import { pause } from './pause.ts';

export interface DnsSettings {
  /** Of a headless service: it has an address for each pod that serves. */
  readonly host: string;
  readonly port: number;
  readonly everyMs: number;
}

export interface DnsParts {
  readonly clock: Clock;
  readonly resolve?: (host: string) => Promise<readonly ResolvedHost[]>;
  /** So many times in a row by now. */
  readonly onFailure?: (error: unknown, failures: number) => void;
}

export interface ResolvedHost {
  readonly address: string;
  readonly family: number;
}

/**
 * Asks a name for its addresses, again and again. While it has none, or nobody answers, those that were known stay:
 * workers that are gone cost a connection that fails, and forgetting those that are there would cost every edit.
 */
export class DnsDiscovery implements Discovery {
  readonly #settings: DnsSettings;
  readonly #parts: DnsParts;
  #heardMs: number;

  constructor(settings: DnsSettings, parts: DnsParts) {
    this.#settings = settings;
    this.#parts = parts;
    this.#heardMs = parts.clock.now();
  }

  staleMs(): number {
    return this.#parts.clock.now() - this.#heardMs;
  }

  async *addresses(signal: AbortSignal): AsyncGenerator<readonly string[], void, undefined> {
    const { clock, onFailure } = this.#parts;
    let known = '';
    let failures = 0;
    while (!signal.aborted) {
      try {
        const addresses = await this.#ask();
        this.#heardMs = clock.now();
        failures = 0;
        if (known !== addresses.join()) yield addresses;
        known = addresses.join();
      } catch (error) {
        onFailure?.(error, ++failures);
      }
      await pause(clock, this.#settings.everyMs, signal);
    }
  }

  async #ask(): Promise<readonly string[]> {
    const { host, port } = this.#settings;
    // By the system's resolver: unlike queries of Node's own it knows the search domains of pods.
    const { resolve = (name) => lookup(name, { all: true }) } = this.#parts;
    const found = await resolve(host);
    const ofOneFamily = found.some(({ family }) => family === 4) ? found.filter(({ family }) => family === 4) : found;
    const texts = ofOneFamily.map(({ address, family }) =>
      family === 6 ? `[${address}]:${port}` : `${address}:${port}`,
    );
    return [...new Set(texts)].toSorted();
  }
}
