import { type Clock, EitherSignal, ServiceError } from '@instgenie/domain';
import type { ChunkServiceDefinition, RpcClient } from '@instgenie/rpc';
import type { PeerSettings } from './peer-settings.ts';
import type { ReadBatch } from './read-batch.ts';

export interface StreamParts {
  readonly client: RpcClient<ChunkServiceDefinition>;
  readonly clock: Clock;
  readonly settings: PeerSettings;
}

/** `silentMs`: how long nothing had come when nobody waited for the batch any more. */
export type StreamOutcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'abandoned'; readonly silentMs: number }
  | { readonly kind: 'failed'; readonly error: ServiceError };

/** Reads a batch through one stream, as far as it goes. Never rejects. */
export async function streamBatch(batch: ReadBatch<unknown>, parts: StreamParts): Promise<StreamOutcome> {
  const { client, clock, settings } = parts;
  const stalled = new AbortController();
  using either = new EitherSignal(stalled.signal, batch.abandoned.signal);
  const watch = () => clock.after(settings.stallMs, () => stalled.abort());
  let cancelWatch = watch();
  let lastMs = clock.now();
  try {
    for await (const piece of client.stream('ReadChunks', batch.begin(), {
      deadlineMs: settings.streamDeadlineMs,
      signal: either.signal,
    })) {
      cancelWatch();
      cancelWatch = watch();
      lastMs = clock.now();
      batch.take(piece);
    }
    if (!batch.isDone) throw new ServiceError('invalid', 'a peer sent less than was asked for');
    return { kind: 'done' };
  } catch (thrown) {
    if (batch.abandoned.signal.aborted) return { kind: 'abandoned', silentMs: clock.now() - lastMs };
    if (stalled.signal.aborted) {
      return { kind: 'failed', error: new ServiceError('deadline', 'a peer stopped sending', { cause: thrown }) };
    }
    return { kind: 'failed', error: ServiceError.from(thrown) };
  } finally {
    cancelWatch();
  }
}
