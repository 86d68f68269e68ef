import { ServiceError } from '@instgenie/domain';
import { env, InferenceSession, type Tensor } from 'onnxruntime-node';
import type { GraphFile } from './inference-protocol.ts';

export type Provider = 'cpu' | 'cuda';

export interface SessionSettings {
  readonly provider: Provider;
  readonly threads: number;
  /** Which processors the helper threads stay on (helper-affinity.ts); undefined for wherever they are sent. */
  readonly helperAffinity: string | undefined;
  /**
   * Whether each session keeps memory of its own for intermediate results. Blocks do not: what one block frees the next
   * takes, so that it is still in the cache (a masked step is a tenth faster so, in half the memory). The autoencoder
   * does: its buffers are so large that the system would map and clear them anew at every run.
   */
  readonly hasArena: boolean;
}

/**
 * The ONNX Runtime sessions of one thread. Their helper threads spin only while a run is going on: a sleeping helper
 * wakes too slowly for kernels of some tens of microseconds, and one that spins between runs steals the next one's core.
 */
export class Sessions implements AsyncDisposable {
  readonly #sessions: ReadonlyMap<string, InferenceSession>;
  #nativeMs = 0;
  #runs = 0;

  private constructor(sessions: ReadonlyMap<string, InferenceSession>) {
    this.#sessions = sessions;
  }

  /** Loads graphs by path, so that their weights are mapped. Throws `unsupported` where the provider is missing. */
  static async load(graphs: readonly GraphFile[], settings: SessionSettings): Promise<Sessions> {
    // What goes wrong is thrown; the runtime's own lines on standard error would only repeat it.
    env.logLevel = 'fatal';
    const sessions = new Map<string, InferenceSession>();
    for (const { name, path } of graphs) sessions.set(name, await loadSession(path, settings));
    return new Sessions(sessions);
  }

  /** Time spent inside runs and their number since the last call. */
  takeCounts(): { readonly nativeMs: number; readonly runs: number } {
    const counts = { nativeMs: this.#nativeMs, runs: this.#runs };
    this.#nativeMs = 0;
    this.#runs = 0;
    return counts;
  }

  /** Runs a graph. A tensor in `results` is filled in place; a null one is made. */
  async run(
    name: string,
    feeds: Readonly<Record<string, Tensor>>,
    results: Readonly<Record<string, Tensor | null>>,
  ): Promise<InferenceSession.ReturnType> {
    const session = this.#sessions.get(name);
    if (session === undefined) throw new RangeError(`no graph ${name}`);
    const began = performance.now();
    const outputs = await session.run(feeds, results);
    this.#nativeMs += performance.now() - began;
    this.#runs++;
    return outputs;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const session of this.#sessions.values()) await session.release();
  }
}

async function loadSession(path: string, settings: SessionSettings): Promise<InferenceSession> {
  const { provider, threads, helperAffinity, hasArena } = settings;
  const affinity = helperAffinity === undefined ? {} : { intra_op_thread_affinities: helperAffinity };
  try {
    return await InferenceSession.create(path, {
      executionProviders: [provider],
      graphOptimizationLevel: 'all',
      executionMode: 'sequential',
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      enableMemPattern: false,
      enableCpuMemArena: hasArena,
      logSeverityLevel: 3,
      extra: { session: { intra_op: { allow_spinning: '1' }, force_spinning_stop: '1', ...affinity } },
    });
  } catch (thrown) {
    if (provider === 'cpu') throw thrown;
    throw new ServiceError(
      'unsupported',
      `provider ${provider}: its libraries are missing or found no device. Install onnxruntime-node with ` +
        'ONNXRUNTIME_NODE_INSTALL=cuda12, CUDA 12 and cuDNN 9, or use --provider cpu',
      { field: 'provider', cause: thrown },
    );
  }
}
