import { ServiceError, variantKey } from '@instgenie/domain';
import type { TemplateRecord } from '@instgenie/templates';
import { z } from 'zod';
import type { TemplateParts } from './template-parts.ts';

const noteBytesMax = 256 * 1024;
const noteSchema = z.strictObject({
  version: z.literal(1),
  tenant: z.string(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  variants: z.array(z.string().regex(/^[0-9a-f]{64}$/)),
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
    await blobs.put(noteName(id), Buffer.from(JSON.stringify(note)));
    const last = await library.remove(tenant, id);
    await this.#finishOrLater(id, { ...note, variants: last.variants.map(({ key }) => key) });
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
      else if (await this.#finishOrLater(idOf(name), note)) finished++;
    }
    return finished;
  }

  /** Drops variants that no template of the tenant has, on all workers and tiers. */
  async dropVariants(tenant: string, keys: readonly string[]): Promise<void> {
    const { index, library } = this.#parts;
    if (index === undefined) return;
    for (const key of await library.unusedVariants(tenant, keys)) await index.delete(variantKey(key));
  }

  async #finishOrLater(id: string, note: DeletionNote): Promise<boolean> {
    const { blobs, library, log } = this.#parts;
    try {
      await this.dropVariants(note.tenant, note.variants);
      await library.removePicture(note.sha256);
      await blobs.delete(noteName(id));
      return true;
    } catch (thrown) {
      const { code } = ServiceError.from(thrown);
      log.warn({ template: id, code }, 'a deletion is ended later');
      return false;
    }
  }
}

function noteName(id: string): string {
  return `deletions/${id}.json`;
}

function idOf(name: string): string {
  return name.slice('deletions/'.length, -'.json'.length);
}

function decode(bytes: Uint8Array): DeletionNote | undefined {
  try {
    return noteSchema.parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
  } catch {
    return undefined;
  }
}
