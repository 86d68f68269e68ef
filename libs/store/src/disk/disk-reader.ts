import { chunkAlignment, ServiceError, type VariantKey } from '@instgenie/domain';
import type { ChunkName } from '../chunk-reader.ts';
import { chunkPosition } from '../format/layout.ts';
import { decodeStepHeader, type StepHeader, stepHeaderBytes } from '../format/step-header.ts';
import type { CheckedReader } from '../io/chunk-loader.ts';
import { alignedBuffer } from '../memory/aligned.ts';
import type { BlockFile, BlockIo } from './block-io.ts';
import type { Folders } from './folders.ts';
import { readWhole } from './whole.ts';

/** A step file that is open, with what its header says. */
interface StepFile {
  readonly file: BlockFile;
  readonly header: StepHeader;
}

interface OpenStep {
  readonly key: VariantKey;
  readonly opening: Promise<StepFile>;
  users: number;
  /** Out of the table: closes when its last user is done. */
  isOut: boolean;
}

/** Reads chunks from step files, which it keeps open: at most `filesMax` of those that nobody reads. */
export class DiskReader implements CheckedReader {
  readonly #io: BlockIo;
  readonly #folders: Folders;
  readonly #filesMax: number;
  /** In the order of their last use. */
  readonly #open = new Map<string, OpenStep>();

  constructor({
    io,
    folders,
    filesMax,
  }: { readonly io: BlockIo; readonly folders: Folders; readonly filesMax: number }) {
    this.#io = io;
    this.#folders = folders;
    this.#filesMax = filesMax;
  }

  /** The checksum is as the step's header says, which has one of its own. */
  read(chunk: ChunkName, into: Uint8Array): Promise<bigint> {
    return this.#with(chunk, async ({ file, header }) => {
      if (header.chunkBytes[chunk.chunk] !== into.length) {
        throw new ServiceError('invalid', `step file: chunk ${chunk.chunk} is not of ${into.length} bytes`);
      }
      await readWhole(file, into, chunkPosition(header.chunkBytes, chunk.chunk));
      return header.checksums[chunk.chunk] ?? 0n;
    });
  }

  /** The checksums of all chunks of a step. */
  checksums(step: Omit<ChunkName, 'chunk'>): Promise<readonly bigint[]> {
    return this.#with(step, ({ header }) => Promise.resolve(header.checksums));
  }

  /** Closes the files of a variant: they are about to go. Reads that are under way end as they would have. */
  async forget(key: VariantKey): Promise<void> {
    for (const [id, step] of this.#open) if (step.key === key) await this.#take(id, step);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const [id, step] of this.#open) await this.#take(id, step);
  }

  async #with<Result>(name: Omit<ChunkName, 'chunk'>, use: (file: StepFile) => Promise<Result>): Promise<Result> {
    const id = `${name.key}/${name.generation}/${name.step}`;
    const step = this.#open.get(id) ?? { key: name.key, opening: this.#openStep(name), users: 0, isOut: false };
    this.#open.delete(id);
    this.#open.set(id, step);
    step.users++;
    try {
      return await use(await step.opening);
    } catch (thrown) {
      if (this.#open.get(id) === step) this.#open.delete(id);
      step.isOut = true;
      throw thrown;
    } finally {
      step.users--;
      if (step.isOut) await closeIdle(step);
      await this.#closeOldest();
    }
  }

  async #openStep({ key, generation, step }: Omit<ChunkName, 'chunk'>): Promise<StepFile> {
    const file = await this.#io.open(this.#folders.stepPath(key, step), { how: 'read', aligned: true });
    try {
      const header = await readHeader(file);
      if (header.key !== key || header.generation !== generation || header.step !== step) {
        throw new ServiceError('invalid', 'step file: belongs to another variant, generation or step');
      }
      return { file, header };
    } catch (thrown) {
      await file.close();
      throw thrown;
    }
  }

  async #closeOldest(): Promise<void> {
    for (const [id, step] of this.#open) {
      if (this.#open.size <= this.#filesMax) return;
      if (step.users === 0) await this.#take(id, step);
    }
  }

  async #take(id: string, step: OpenStep): Promise<void> {
    this.#open.delete(id);
    step.isOut = true;
    await closeIdle(step);
  }
}

async function readHeader(file: BlockFile): Promise<StepHeader> {
  const page = new Uint8Array(alignedBuffer(chunkAlignment));
  await readWhole(file, page, 0);
  const bytes = stepHeaderBytes(page);
  if (bytes === page.length) return decodeStepHeader(page);
  const header = new Uint8Array(alignedBuffer(bytes));
  await readWhole(file, header, 0);
  return decodeStepHeader(header);
}

async function closeIdle({ users, opening }: OpenStep): Promise<void> {
  if (users > 0) return;
  const opened = await opening.catch(() => undefined);
  await opened?.file.close();
}
