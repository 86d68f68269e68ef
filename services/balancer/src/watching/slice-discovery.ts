import type { Clock } from '@instgenie/domain';
import { ApiError } from '../kubernetes/api-error.ts';
import type { KubeApi } from '../kubernetes/kube-api.ts';
import { watchObjects } from '../kubernetes/watch-objects.ts';
import type { Discovery } from './discovery.ts';
import { readSlice } from './endpoint-slice.ts';
import { type Endpoint, type MergeSettings, mergeSlices } from './merge-slices.ts';
import { pause } from './pause.ts';

export interface SliceSettings extends MergeSettings {
  readonly namespace: string;
  readonly service: string;
  /** Where the API refuses to tell, it is asked again after so long. */
  readonly refusedMs: number;
}

export interface SliceParts {
  readonly api: KubeApi;
  readonly clock: Clock;
  readonly random: () => number;
  /** Asked while the API refuses to tell. */
  readonly fallback: Discovery | undefined;
  readonly onTrouble: (trouble: Trouble) => void;
}

/** What went wrong with the API. */
export type Trouble =
  | { readonly kind: 'refused'; readonly status: number }
  | { readonly kind: 'failed'; readonly error: unknown; readonly failures: number };

/** Pods of a service, by its EndpointSlices; what was known last stays for as long as the API does not answer. */
export class SliceDiscovery implements Discovery {
  readonly #settings: SliceSettings;
  readonly #parts: SliceParts;
  #heardMs: number;
  #isRefused = false;
  #endpoints: readonly Endpoint[] = [];

  constructor(settings: SliceSettings, parts: SliceParts) {
    this.#settings = settings;
    this.#parts = parts;
    this.#heardMs = parts.clock.now();
  }

  /** As of now; empty until the API has told of any. */
  get endpoints(): readonly Endpoint[] {
    return this.#endpoints;
  }

  staleMs(): number {
    const { clock, fallback } = this.#parts;
    const ownMs = clock.now() - this.#heardMs;
    return this.#isRefused && fallback !== undefined ? Math.min(ownMs, fallback.staleMs()) : ownMs;
  }

  async *addresses(signal: AbortSignal): AsyncGenerator<readonly string[], void, undefined> {
    let known: string | undefined;
    for await (const addresses of this.#all(signal)) {
      const text = addresses.join();
      if (text !== known) yield addresses;
      known = text;
    }
  }

  async *#all(signal: AbortSignal): AsyncGenerator<readonly string[], void, undefined> {
    while (!signal.aborted) {
      try {
        yield* this.#watch(signal);
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        this.#isRefused = true;
        this.#parts.onTrouble({ kind: 'refused', status: error.status });
        yield* this.#fallBack(signal);
      }
    }
  }

  async *#watch(signal: AbortSignal): AsyncGenerator<readonly string[], void, undefined> {
    const { namespace, service } = this.#settings;
    const { api, clock, random, onTrouble } = this.#parts;
    const watched = {
      path: `/apis/discovery.k8s.io/v1/namespaces/${encodeURIComponent(namespace)}/endpointslices`,
      labelSelector: `kubernetes.io/service-name=${service}`,
      parse: readSlice,
    };
    const onHeard = () => {
      this.#heardMs = clock.now();
      this.#isRefused = false;
    };
    const onFailure = (error: unknown, failures: number) => onTrouble({ kind: 'failed', error, failures });
    for await (const slices of watchObjects(watched, { api, clock, random, onHeard, onFailure }, signal)) {
      this.#endpoints = mergeSlices(slices.values(), this.#settings);
      yield this.#endpoints.map(({ address }) => address);
    }
  }

  /** Another source, until the API is worth asking again. */
  async *#fallBack(signal: AbortSignal): AsyncGenerator<readonly string[], void, undefined> {
    const { clock, fallback } = this.#parts;
    const { refusedMs } = this.#settings;
    if (fallback === undefined) return await pause(clock, refusedMs, signal);
    const over = new AbortController();
    const takeBack = clock.after(refusedMs, () => over.abort());
    try {
      yield* fallback.addresses(AbortSignal.any([signal, over.signal]));
    } finally {
      takeBack();
    }
  }
}
