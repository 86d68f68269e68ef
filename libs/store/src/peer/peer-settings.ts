const mib = 1024 ** 2;

/** How a peer reader goes about its peers. */
export interface PeerSettings {
  readonly streamsPerPeerMax: number;
  /** Chunks, and their bytes, that one stream is asked for. */
  readonly batchChunksMax: number;
  readonly batchBytesMax: number;
  /** Reads that wait for a stream; more are refused with `overloaded`. */
  readonly readsWaitingMax: number;
  /** A stream that brings nothing for so long has failed. */
  readonly stallMs: number;
  /** A stream that nobody waits for any more has failed too if it brought nothing for so long. */
  readonly suspectMs: number;
  readonly streamDeadlineMs: number;
  readonly manifestDeadlineMs: number;
  /** A peer that failed is not asked for so long; twice as long after each further failure in a row. */
  readonly backoffMs: number;
  readonly backoffMsMax: number;
}

export const peerSettings: PeerSettings = {
  streamsPerPeerMax: 2,
  batchChunksMax: 32,
  batchBytesMax: 64 * mib,
  readsWaitingMax: 4096,
  stallMs: 2000,
  suspectMs: 100,
  streamDeadlineMs: 60_000,
  manifestDeadlineMs: 2000,
  backoffMs: 500,
  backoffMsMax: 30_000,
};
