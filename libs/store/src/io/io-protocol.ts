import type { VariantKey } from '@instgenie/domain';
import type { ConnectOptions } from '@instgenie/rpc';
import type { ChunkName } from '../chunk-reader.ts';
import type { Manifest } from '../format/manifest.ts';
import type { ChunkManifest } from '../peer/chunk-manifest.ts';
import type { LoadOutcome } from './chunk-loader.ts';

/** What the I/O thread is started with. */
export interface IoSetup {
  readonly root: string;
  /** The memory that chunks are read into and written from. */
  readonly arena: SharedArrayBuffer;
  readonly direct: boolean;
  readonly deadlineMs: number;
  readonly bytesPerMs: number | undefined;
  readonly peerTls: ConnectOptions['tls'];
}

/** Chunks of a step to load, in this order: where they go, and the words of the gate to open. */
export interface LoadCall {
  readonly name: Omit<ChunkName, 'chunk'>;
  readonly chunks: readonly ChunkPlace[];
  readonly gate: Int32Array<SharedArrayBuffer>;
  /** Where to read them, if not from the disk; `checksums` are those of `chunks`. */
  readonly peer?: { readonly addresses: readonly string[]; readonly checksums: readonly bigint[] };
}

/** Memory of a chunk. */
export interface ChunkPlace {
  readonly chunk: number;
  readonly offset: number;
  readonly bytes: number;
}

export interface WriteStepCall {
  readonly name: Omit<ChunkName, 'chunk'>;
  readonly chunkBytes: readonly number[];
  readonly offsets: readonly number[];
}

export interface FindCall {
  readonly key: VariantKey;
  readonly addresses: readonly string[];
}

/** The functions of the I/O thread: it moves bytes between files and the arena, and checks them. */
export interface IoCalls {
  /** Settles when none of the memory is written any more; an outcome for each chunk. */
  readonly load: (call: LoadCall) => Promise<readonly LoadOutcome[]>;
  readonly writeStep: (call: WriteStepCall) => Promise<void>;
  readonly writeManifest: (manifest: Manifest) => Promise<void>;
  /** Closes the files of a variant and removes them. */
  readonly remove: (key: Manifest['key']) => Promise<void>;
  readonly removeStep: (name: Omit<ChunkName, 'chunk'>) => Promise<void>;
  /** The checksums of a step's chunks, as its header says. */
  readonly checksums: (name: Omit<ChunkName, 'chunk'>) => Promise<readonly bigint[]>;
  /** What the first of these peers that holds a variant says of it. */
  readonly findAtPeers: (call: FindCall) => Promise<ChunkManifest | undefined>;
  /** CPU time of the whole thread so far, ms; what loading costs beside waiting. */
  readonly cpuMs: (argument: undefined) => Promise<number>;
}
