import { ServiceError, variantKey } from '@instgenie/domain';
import type { TemplateRecord } from '@instgenie/templates';
import { z } from 'zod';
import type { TemplateParts } from './template-parts.ts';

const noteBytesMax = 256 * 1024;
const noteSchema = z.strictObject({
  version: z.literal(1),
  tenant: z.string(),
  /** Of a picture that may have been its last. */
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
  variants: z.array(z.string().regex(/^[0-9a-f]{64}$/)).readonly(),
});

type DeletionNote = z.infer<typeof noteSchema>;

/** A note, and the blob that it is. */
export interface NamedNote {
  readonly name: string;
  readonly note: DeletionNote;
}

/**
 * Deletes templates with all that was made of them. What is to go is noted before the record goes, so that a deletion that
 * was cut off, or that Redis did not hear of, is ended by whoever sweeps next.
 */
export class TemplateDeletions {
  readonly #parts: Pick<TemplateParts, 'blobs' | 'library' | 'index' | 'log'>;

  constructor(parts: Pick<TemplateParts, 'blobs' | 'library' | 'index' | 'log'>) {
    this.#parts = parts;
  }

  /** Deletes all of it. Nobody finds it any more when this resolves. Throws `not-found` where it is gone already. */
  async delete(record: Pick<TemplateRecord, 'tenant' | 'id'>): Promise<void> {
    const note = await this.hide(record);
    await this.#finish([note]);
  }

  /** Nobody finds it any more; all else goes with the next `finishAll`. */
  async hide({ tenant, id }: Pick<TemplateRecord, 'tenant' | 'id'>): Promise<NamedNote> {
    const { blobs, library } = this.#parts;
    const { source, variants } = await library.get(tenant, id);
    const note = { version: 1, tenant, sha256: source.sha256, variants: variants.map(({ key }) => key) } as const;
    const name = noteName(id);
    await blobs.put(name, encode(note));
    const last = await library.remove(tenant, id);
    const made = { ...note, variants: last.variants.map(({ key }) => key) };
    if (made.variants.length !== note.variants.length) await blobs.put(name, encode(made));
    return { name, note: made };
  }

  /** Ends deletions that have begun, `batchMax` of them at most, all of them in one reading; returns how many it ended. */
  async finishAll(batchMax: number): Promise<number> {
    const { blobs, log } = this.#parts;
    const names: string[] = [];
    for await (const name of blobs.list('deletions/')) if (names.push(name) >= batchMax) break;
    const notes: NamedNote[] = [];
    for (const name of names) {
      const blob = await blobs.get(name, { bytesMax: noteBytesMax });
      const note = blob === undefined ? undefined : decode(blob.bytes);
      if (note !== undefined) notes.push({ name, note });
      else if (blob !== undefined) log.warn({ name }, 'a note of a deletion is damaged and stays');
    }
    return await this.#finish(notes);
  }

  /** Drops variants of a template that does not know them any more, unless another one of its tenant does. */
  async drop({ tenant, id }: Pick<TemplateRecord, 'tenant' | 'id'>, keys: readonly string[]): Promise<void> {
    const { blobs, index } = this.#parts;
    if (index === undefined || keys.length === 0) return;
    const note = { version: 1, tenant, variants: [...keys] } as const;
    const name = noteName(`${id}-${keys[0]?.slice(0, 16)}`);
    await blobs.put(name, encode(note));
    await this.#finish([{ name, note }]);
  }

  /** What fails is left for the next sweep. */
  async #finish(notes: readonly NamedNote[]): Promise<number> {
    const { blobs, log } = this.#parts;
    try {
      await this.#dropVariants(notes);
      await this.#removePictures(notes);
      for (const { name } of notes) await blobs.delete(name);
      return notes.length;
    } catch (thrown) {
      log.warn({ deletions: notes.length, code: ServiceError.from(thrown).code }, 'deletions are ended later');
      return 0;
    }
  }

  async #dropVariants(notes: readonly NamedNote[]): Promise<void> {
    const { index, library } = this.#parts;
    if (index === undefined) return;
    for (const [tenant, ofTenant] of Map.groupBy(notes, ({ note }) => note.tenant)) {
      const keys = ofTenant.flatMap(({ note }) => note.variants);
      for (const key of await library.unusedVariants(tenant, keys)) await index.delete(variantKey(key));
    }
  }

  async #removePictures(notes: readonly NamedNote[]): Promise<void> {
    let damaged = 0;
    const digests = new Set(notes.flatMap(({ note }) => note.sha256 ?? []));
    await this.#parts.library.removePictures(digests, () => damaged++);
    if (damaged === 0) return;
    throw new ServiceError('conflict', 'template: a record cannot be read, so no picture is deleted');
  }
}

function noteName(id: string): string {
  return `deletions/${id}.json`;
}

function encode(note: DeletionNote): Uint8Array {
  return Buffer.from(JSON.stringify(note));
}

function decode(bytes: Uint8Array): DeletionNote | undefined {
  try {
    return noteSchema.parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
  } catch {
    return undefined;
  }
}
