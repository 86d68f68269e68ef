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

/**
 * Deletes templates with all that was made of them. What is to go is noted before the record goes, so that a deletion that
 * was cut off, or that Redis did not hear of, is ended by whoever sweeps next.
 */
export class TemplateDeletions {
  readonly #parts: Pick<TemplateParts, 'blobs' | 'library' | 'index' | 'log'>;

  constructor(parts: Pick<TemplateParts, 'blobs' | 'library' | 'index' | 'log'>) {
    this.#parts = parts;
  }

  /** Nobody finds it any more when this resolves. Throws `not-found` where it is gone already. */
  async delete({ tenant, id }: Pick<TemplateRecord, 'tenant' | 'id'>): Promise<void> {
    const { blobs, library } = this.#parts;
    const { source, variants } = await library.get(tenant, id);
    const note = { version: 1, tenant, sha256: source.sha256, variants: variants.map(({ key }) => key) } as const;
    const name = noteName(id);
    await blobs.put(name, encode(note));
    const last = await library.remove(tenant, id);
    await this.#finishOrLater(name, { ...note, variants: last.variants.map(({ key }) => key) });
  }

  /** Ends deletions that were cut off, `batchMax` of them at most; returns how many it ended. */
  async finishAll(batchMax: number): Promise<number> {
    const { blobs, log } = this.#parts;
    const names: string[] = [];
    for await (const name of blobs.list('deletions/')) if (names.push(name) >= batchMax) break;
    let finished = 0;
    for (const name of names) {
      const blob = await blobs.get(name, { bytesMax: noteBytesMax });
      if (blob === undefined) continue;
      const note = decode(blob.bytes);
      if (note === undefined) log.warn('a note of a deletion is damaged and stays');
      else if (await this.#finishOrLater(name, note)) finished++;
    }
    return finished;
  }

  /** Drops variants of a template that does not know them any more, unless another one of its tenant does. */
  async drop({ tenant, id }: Pick<TemplateRecord, 'tenant' | 'id'>, keys: readonly string[]): Promise<void> {
    const { blobs, index } = this.#parts;
    if (index === undefined || keys.length === 0) return;
    const note = { version: 1, tenant, variants: [...keys] } as const;
    const name = noteName(`${id}-${keys[0]?.slice(0, 16)}`);
    await blobs.put(name, encode(note));
    await this.#finishOrLater(name, note);
  }

  async #finishOrLater(name: string, { tenant, variants, sha256 }: DeletionNote): Promise<boolean> {
    const { blobs, library, index, log } = this.#parts;
    try {
      const unused = index === undefined ? [] : await library.unusedVariants(tenant, variants);
      for (const key of unused) await index?.delete(variantKey(key));
      if (sha256 !== undefined) await library.removePicture(sha256);
      await blobs.delete(name);
      return true;
    } catch (thrown) {
      log.warn({ name, code: ServiceError.from(thrown).code }, 'a deletion is ended later');
      return false;
    }
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
