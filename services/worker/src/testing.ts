import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { mask, type Picture, picture } from '@instgenie/domain';
import { encodePicture } from '@instgenie/pictures';
import {
  connect,
  type EditRequest,
  type EditResponse__Output,
  type RpcClient,
  type WatchLoadResponse__Output,
  type WorkerServiceDefinition,
  workerServiceDefinition,
} from '@instgenie/rpc';

export { digestPicture, editDigest } from './simulated/edit-digest.ts';
export { bytesDiffer } from './testing-pictures.ts';

export const tinyModel = fileURLToPath(
  new URL('../../../libs/diffusion/fixtures/checkpoints/flux-schnell', import.meta.url),
);
/** What a worker is started from, and a simulated one. */
export const workerMain = fileURLToPath(new URL('./main.ts', import.meta.url));
export const simulatedWorkerMain = fileURLToPath(new URL('./simulated/main.ts', import.meta.url));
/** Not larger than the tiny model: its window is the whole picture. */
export const [width, height] = [64, 48];
/** How long a test waits for what should come at once. */
const patienceMs = 120_000;

/** For tests: a worker as a process of its own. */
export class WorkerProcess implements AsyncDisposable {
  readonly process: ChildProcess;
  readonly port: number;
  readonly ops: number;
  readonly client: RpcClient<WorkerServiceDefinition>;
  /** Lines of its log so far. */
  readonly log: readonly string[];

  private constructor(process: ChildProcess, fields: Pick<WorkerProcess, 'port' | 'ops' | 'log'>) {
    this.process = process;
    this.port = fields.port;
    this.ops = fields.ops;
    this.log = fields.log;
    this.client = connect(`127.0.0.1:${fields.port}`, workerServiceDefinition());
  }

  /** Starts one with the tiny model, and a store in `folder`. */
  static async start(
    folder: string,
    { id = 'w1', set = [] }: { readonly id?: string; readonly set?: readonly string[] } = {},
  ): Promise<WorkerProcess> {
    return await WorkerProcess.#launch(workerMain, [
      `id=${id}`,
      'listen=127.0.0.1:0',
      'ops=127.0.0.1:0',
      `models=[{ name: tiny, folder: ${tinyModel}, threads: 1 }]`,
      `modelCache=${join(folder, 'models')}`,
      `store.folder=${join(folder, id)}`,
      // A busy machine must not make a read late.
      'store.readDeadlineMs=30000',
      'memory.activations=64Mi',
      'traces.stepShare=0',
      ...set,
    ]);
  }

  /** Starts one that computes nothing and takes its time, with results that are digests of requests. */
  static simulate({ id = 'w1', set = [] }: { readonly id?: string; readonly set?: readonly string[] } = {}) {
    return WorkerProcess.#launch(simulatedWorkerMain, [`id=${id}`, ...set]);
  }

  static async #launch(main: string, settings: readonly string[]): Promise<WorkerProcess> {
    const child = spawn(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', main, ...settings.flatMap((setting) => ['--set', setting])],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const lines = createInterface({ input: child.stdout });
    const log: string[] = [];
    const ready = Promise.withResolvers<{ readonly port: number; readonly ops: number }>();
    lines.on('line', (line) => {
      log.push(line);
      const { msg, port, ops } = JSON.parse(line) as {
        readonly msg: string;
        readonly port: number;
        readonly ops: number;
      };
      if (msg === 'serving') ready.resolve({ port, ops });
    });
    child.once('exit', (code) => ready.reject(new Error(`the worker ended with ${code}: ${log.join('\n')}`)));
    return new WorkerProcess(child, { ...(await ready.promise), log });
  }

  /** What happens to an edit, until its result or its failure. */
  edit(request: EditRequest, { deadlineMs = patienceMs, signal = new AbortController().signal } = {}) {
    return this.client.stream('Edit', request, { deadlineMs, signal });
  }

  /** The result of an edit, and all that was said before it. */
  async result(request: EditRequest): Promise<{
    readonly result: NonNullable<EditResponse__Output['result']>;
    readonly news: readonly EditResponse__Output[];
  }> {
    const news: EditResponse__Output[] = [];
    for await (const message of this.edit(request)) news.push(message);
    const result = news.at(-1)?.result;
    if (result === undefined || result === null) throw new Error('no result');
    return { result, news };
  }

  /** What the worker says of itself, until it is as wanted. */
  async loadWhere(isWanted: (load: WatchLoadResponse__Output) => boolean | Promise<boolean>) {
    const signal = new AbortController().signal;
    for await (const load of this.client.stream('WatchLoad', {}, { deadlineMs: patienceMs, signal })) {
      if (await isWanted(load)) return load;
    }
    throw new Error('the worker says no more');
  }

  async metrics(): Promise<string> {
    return await (await fetch(`http://127.0.0.1:${this.ops}/metrics`)).text();
  }

  /** Ends it by a signal; its exit code. */
  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return this.process.exitCode;
    const gone = once(this.process, 'exit');
    this.process.kill(signal);
    await gone;
    return this.process.exitCode;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client[Symbol.asyncDispose]();
    await this.end('SIGKILL');
  }
}

/** A folder that is gone when it is disposed of. */
export function temporaryFolder() {
  return mkdtempDisposable(join(tmpdir(), 'instgenie-worker-'));
}

/** A picture whose bytes all differ a little. */
export function testPicture(seed = 1): Picture {
  const data = Uint8Array.from(
    { length: width * height * 3 },
    (_, at) => (Math.imul(at + 17 * seed, 2654435761) >>> 13) & 255,
  );
  return picture({ width, height, channels: 3, data });
}

/** Masked in a square of some tokens. */
export function testMask() {
  const bits = Uint8Array.from({ length: width * height }, (_, at) =>
    Number(at % width >= 20 && at % width < 50 && at < width * 30),
  );
  return mask({ width, height, bits });
}

/** The test mask as a file, white where it is masked. */
export async function testMaskFile(): Promise<Buffer<ArrayBuffer>> {
  const { bits } = testMask();
  const data = Uint8Array.from({ length: bits.length * 3 }, (_, at) => 255 * (bits[Math.floor(at / 3)] ?? 0));
  return Buffer.from(await encodePicture(picture({ width, height, channels: 3, data }), 'png'));
}

/** A request for an edit of the test picture. */
export async function testRequest(
  fields: Partial<EditRequest> & { readonly steps?: number; readonly picture?: number } = {},
) {
  const { steps = 4, picture: seed = 1, ...rest } = fields;
  return {
    editId: 'e1',
    tenant: 'acme',
    template: { inline: Buffer.from(await encodePicture(testPicture(seed), 'png')), picture: 'inline', steps },
    mask: await testMaskFile(),
    prompt: 'a red fox',
    seed: 7,
    ...rest,
  } satisfies EditRequest;
}
