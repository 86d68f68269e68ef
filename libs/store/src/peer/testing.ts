import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { ServiceError, type VariantKey, type VariantShape, variantKey } from '@instgenie/domain';
import { type RpcServer, type ServerLimits, serve } from '@instgenie/rpc';
import type { ChunkName } from '../chunk-reader.ts';
import { chunkChecksum } from '../format/checksum.ts';
import type { ChunkManifest } from './chunk-manifest.ts';
import { chunkService } from './chunk-service.ts';
import type { ChunkSource, LentChunk } from './chunk-source.ts';

/** For tests: the variant that hosts hold. */
export const heldKey = variantKey('5a'.repeat(32));
export const heldGeneration = 'c3'.repeat(16);

export function nameOf(step: number, chunk: number): ChunkName {
  return { key: heldKey, generation: heldGeneration, step, chunk };
}

/** For tests: what a chunk holds, bytes that no other chunk has. */
export function contentOf(name: ChunkName, bytes: number): Uint8Array {
  const words = new Uint32Array(Math.ceil(bytes / 4));
  let state = Number(chunkChecksum(name, new Uint8Array()) & 0x7fffffffn) | 1;
  for (const at of words.keys()) {
    state = Math.imul(state, 1_664_525) + 1_013_904_223;
    words[at] = state;
  }
  return new Uint8Array(words.buffer, 0, bytes);
}

/** For tests: a variant in memory. Counts what is read of it, and can stop in the middle. */
export class MemorySource implements ChunkSource {
  readonly manifest: ChunkManifest;
  readonly #contents = new Map<string, Uint8Array>();
  readonly #holdAt: number;
  readonly held = Promise.withResolvers<void>();
  /** Chunks that were lent, and those that were not given back yet. */
  lends = 0;
  open = 0;

  /** `holdAt`: how many chunks are lent before one never comes. */
  constructor(shape: VariantShape, { holdAt = Number.POSITIVE_INFINITY }: { readonly holdAt?: number } = {}) {
    this.#holdAt = holdAt;
    const checksums = new Map<number, Uint8Array>();
    for (const step of shape.steps) {
      const view = new DataView(new ArrayBuffer(shape.chunkBytes.length * 8));
      for (const [chunk, bytes] of shape.chunkBytes.entries()) {
        const content = contentOf(nameOf(step, chunk), bytes);
        this.#contents.set(`${step}/${chunk}`, content);
        view.setBigUint64(chunk * 8, chunkChecksum(nameOf(step, chunk), content));
      }
      checksums.set(step, new Uint8Array(view.buffer));
    }
    this.manifest = { key: heldKey, generation: heldGeneration, shape, checksums, tier: 'memory' };
  }

  variant(key: VariantKey): Promise<ChunkManifest | undefined> {
    return Promise.resolve(key === heldKey ? this.manifest : undefined);
  }

  shape({ key, generation }: Pick<ChunkName, 'key' | 'generation'>): VariantShape | undefined {
    return key === heldKey && generation === heldGeneration ? this.manifest.shape : undefined;
  }

  async lend({ step, chunk }: ChunkName, signal: AbortSignal): Promise<LentChunk> {
    if (this.lends === this.#holdAt) {
      this.held.resolve();
      await once(signal, 'abort');
    }
    this.lends++;
    const content = this.#contents.get(`${step}/${chunk}`);
    if (content === undefined) throw new ServiceError('not-found', 'the chunk is gone');
    this.open++;
    return { bytes: content, release: () => this.open-- };
  }
}

/** For tests: serves a source on loopback, in this process. */
export async function serveSource(source: ChunkSource, limits: Partial<ServerLimits> = {}): Promise<RpcServer> {
  const options = { services: [chunkService(source)], limits: { drainMs: 0, ...limits } };
  return await serve('127.0.0.1:0', options, new AbortController().signal);
}

export interface HostSetup {
  readonly shape: VariantShape;
  readonly holdAt?: number;
}

/** For tests: a process of its own that serves a variant on loopback. */
export class PeerHost implements AsyncDisposable {
  readonly address: string;
  readonly #process: ChildProcess;

  private constructor(process: ChildProcess, port: number) {
    this.#process = process;
    this.address = `127.0.0.1:${port}`;
  }

  static async start(setup: HostSetup): Promise<PeerHost> {
    const file = new URL('testing-host.ts', import.meta.url);
    const child = fork(file, [JSON.stringify(setup)], { execArgv: ['--disable-warning=ExperimentalWarning'] });
    const [port] = await once(child, 'message');
    return new PeerHost(child, Number(port));
  }

  /** Resolves when the host has stopped in the middle of a chunk, as its setup says. */
  async held(): Promise<void> {
    await once(this.#process, 'message');
  }

  signal(name: 'SIGKILL' | 'SIGSTOP'): void {
    this.#process.kill(name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const gone = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await gone;
  }
}
