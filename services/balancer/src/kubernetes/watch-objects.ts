import type { Clock } from '@instgenie/domain';
import { pause } from '../watching/pause.ts';
import { ApiError } from './api-error.ts';
import type { KubeApi } from './kube-api.ts';
import { ObjectBook } from './object-book.ts';
import { retryDelayMs } from './retry-delay.ts';

export interface WatchedObjects<Thing> {
  readonly path: string;
  readonly labelSelector: string;
  readonly parse: (object: unknown) => Thing | undefined;
}

export interface WatchParts {
  readonly api: KubeApi;
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  /** The API has confirmed what is known. */
  readonly onHeard: () => void;
  /** Something went wrong, so many times in a row by now. */
  readonly onFailure: (error: unknown, failures: number) => void;
}

const retry = { leastMs: 100, mostMs: 4000 } as const;
const pageObjects = '250';
/** A watch is ended by the API after about so long, and begun anew: a connection that has died unseen costs no more. */
const watchSeconds = 20;
/** Beyond that. */
const lateMs = 5000;
/** A watch that ends sooner has failed. */
const briefMs = 1000;

/**
 * All objects, at first and whenever they change, for as long as the API can be asked now and then. Whatever goes wrong
 * in between (a reset, 410, 500, half a line, silence, no server), what is known stays, and is listed again as soon as
 * the API answers. Throws an `ApiError` where the API refuses to tell.
 */
export async function* watchObjects<Thing>(
  watched: WatchedObjects<Thing>,
  parts: WatchParts,
  signal: AbortSignal,
): AsyncGenerator<ReadonlyMap<string, Thing>, void, undefined> {
  const book = new ObjectBook(watched.parse);
  let failures = 0;
  while (!signal.aborted) {
    let listedMs = Number.POSITIVE_INFINITY;
    try {
      await list(book, watched, parts, signal);
      listedMs = parts.clock.now();
      yield book.objects;
      for (;;) yield* watchOnce(book, watched, parts, signal);
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof ApiError && error.isRefusal) throw error;
      // A list after which no watch stands is no success: else it would be asked for again and again.
      failures = parts.clock.now() - listedMs >= briefMs ? 1 : failures + 1;
      parts.onFailure(error, failures);
      await pause(parts.clock, retryDelayMs(failures, { ...retry, random: parts.random() }), signal);
    }
  }
}

async function list<Thing>(
  book: ObjectBook<Thing>,
  { path, labelSelector }: WatchedObjects<Thing>,
  { api, onHeard }: WatchParts,
  signal: AbortSignal,
): Promise<void> {
  book.restart();
  let next: string | undefined = '';
  while (next !== undefined) {
    const query = { labelSelector, limit: pageObjects, ...(next === '' ? {} : { continue: next }) };
    next = book.page(await api.get(path, query, signal));
  }
  onHeard();
}

/** One watch to its end. */
async function* watchOnce<Thing>(
  book: ObjectBook<Thing>,
  { path, labelSelector }: WatchedObjects<Thing>,
  { api, clock, random, onHeard }: WatchParts,
  signal: AbortSignal,
): AsyncGenerator<ReadonlyMap<string, Thing>, void, undefined> {
  const seconds = Math.round(watchSeconds * (1 + random() / 2));
  const began = clock.now();
  const query = {
    labelSelector,
    resourceVersion: book.version,
    allowWatchBookmarks: 'true',
    timeoutSeconds: `${seconds}`,
  };
  for await (const line of api.watch({ path, query, silentMs: seconds * 1000 + lateMs }, signal)) {
    const isChanged = book.hear(line);
    onHeard();
    if (isChanged) yield book.objects;
  }
  if (clock.now() - began < briefMs) throw new Error('a watch ended at once');
  onHeard();
}
