import type { BlobStore } from '@instgenie/blobs';
import { z } from 'zod';
import type { TemplateLibrary } from './template-library.ts';
import type { TemplateRecord } from './template-record.ts';

const noteBytesMax = 256 * 1024;
const digest = z.string().regex(/^[0-9a-f]{64}$/);
const content = z.strictObject({
  version: z.literal(1),
  tenant: z.string(),
  /** Of a picture that may have been its last. */
  sha256: digest.optional(),
  variants: z.array(digest).readonly(),
});

/** What is to go of a template that was deleted. */
export interface DeletionNote {
  /** Of the blob that it is. */
  readonly name: string;
  readonly tenant: string;
  readonly sha256?: string | undefined;
  readonly variants: readonly string[];
}

/**
 * What is to go of deleted templates. It is noted before the record goes, so that a deletion that was cut off is ended by
 * whoever reads the notes next.
 */
export class DeletionNotes {
  readonly #blobs: BlobStore;
  readonly #library: TemplateLibrary;

  constructor(blobs: BlobStore, library: TemplateLibrary) {
    this.#blobs = blobs;
    this.#library = library;
  }

  /** Takes a template's record away and notes the rest. Throws `not-found` where it is gone already. */
  async hide({ tenant, id }: Pick<TemplateRecord, 'tenant' | 'id'>): Promise<DeletionNote> {
    const { source, variants } = await this.#library.get(tenant, id);
    const keys = variants.map(({ key }) => key);
    const note = await this.#put({ name: noteName(id), tenant, sha256: source.sha256, variants: keys });
    const last = await this.#library.remove(tenant, id);
    if (last.variants.length === keys.length) return note;
    return await this.#put({ ...note, variants: last.variants.map(({ key }) => key) });
  }

  /** Notes variants of a template that does not know them any more. */
  async forget(
    { tenant, id }: Pick<TemplateRecord, 'tenant' | 'id'>,
    variants: readonly [string, ...string[]],
  ): Promise<DeletionNote> {
    return await this.#put({ name: noteName(`${id}-${variants[0].slice(0, 16)}`), tenant, variants });
  }

  /** `most` of them at most. Damaged ones are left out, and named to `onDamaged`. */
  async list(most: number, onDamaged: (name: string) => void): Promise<readonly DeletionNote[]> {
    const names: string[] = [];
    for await (const name of this.#blobs.list('deletions/')) if (names.push(name) >= most) break;
    const notes: DeletionNote[] = [];
    for (const name of names) {
      const blob = await this.#blobs.get(name, { bytesMax: noteBytesMax });
      const note = blob === undefined ? undefined : decode(name, blob.bytes);
      if (note !== undefined) notes.push(note);
      else if (blob !== undefined) onDamaged(name);
    }
    return notes;
  }

  /** All of it is gone. */
  async end({ name }: Pick<DeletionNote, 'name'>): Promise<void> {
    await this.#blobs.delete(name);
  }

  async #put(note: DeletionNote): Promise<DeletionNote> {
    const { name, ...rest } = note;
    await this.#blobs.put(name, Buffer.from(JSON.stringify({ version: 1, ...rest })));
    return note;
  }
}

function noteName(id: string): string {
  return `deletions/${id}.json`;
}

function decode(name: string, bytes: Uint8Array): DeletionNote | undefined {
  try {
    const { version: _, ...note } = content.parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
    return { name, ...note };
  } catch {
    return undefined;
  }
}
