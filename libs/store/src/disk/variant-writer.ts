import type { VariantKey } from '@instgenie/domain';
import { chunkChecksum } from '../format/checksum.ts';
import { headerBytes } from '../format/layout.ts';
import { encodeManifest, type Manifest } from '../format/manifest.ts';
import { encodeStepHeader } from '../format/step-header.ts';
import { alignedBuffer } from '../memory/aligned.ts';
import type { BlockIo } from './block-io.ts';
import type { Folders } from './folders.ts';
import { writeWhole } from './whole.ts';

/** A step and the memory its chunks lie in. */
export interface StepBytes {
  readonly key: VariantKey;
  readonly generation: string;
  readonly step: number;
  /** The chunks in order; page-aligned memory. */
  readonly chunks: readonly Uint8Array[];
}

/** Writes the files of variants: steps in any order, the manifest last. */
export class VariantWriter {
  readonly #io: BlockIo;
  readonly #folders: Folders;

  constructor({ io, folders }: { readonly io: BlockIo; readonly folders: Folders }) {
    this.#io = io;
    this.#folders = folders;
  }

  /** Writes chunk by chunk from where they lie; afterwards the step is there, whole and durable. */
  async writeStep({ key, generation, step, chunks }: StepBytes): Promise<void> {
    const chunkBytes = chunks.map((chunk) => chunk.length);
    const checksums = chunks.map((bytes, chunk) => chunkChecksum({ key, generation, step, chunk }, bytes));
    const header = new Uint8Array(alignedBuffer(headerBytes(chunks.length)));
    encodeStepHeader({ key, generation, step, chunkBytes, checksums }, header);
    await this.#folders.makeVariant(key);
    await this.#folders.replace(this.#folders.stepPath(key, step), async (path) => {
      await this.#write(path, [header, ...chunks], true);
    });
  }

  /** Makes the variant readable. All its steps must be written. */
  async writeManifest(manifest: Manifest): Promise<void> {
    await this.#folders.makeVariant(manifest.key);
    await this.#folders.replace(this.#folders.manifestPath(manifest.key), async (path) => {
      await this.#write(path, [encodeManifest(manifest)], false);
    });
  }

  async #write(path: string, pieces: readonly Uint8Array[], aligned: boolean): Promise<void> {
    const file = await this.#io.open(path, { how: 'create', aligned });
    try {
      let at = 0;
      for (const piece of pieces) {
        await writeWhole(file, piece, at);
        at += piece.length;
      }
      await file.sync();
    } finally {
      await file.close();
    }
  }
}
