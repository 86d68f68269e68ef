import { ServiceError, variantKey } from '@instgenie/domain';
import { type DeletionNote, DeletionNotes, type TemplateRecord } from '@instgenie/templates';
import type { TemplateParts } from './template-parts.ts';

type DeletionParts = Pick<TemplateParts, 'blobs' | 'library' | 'index' | 'log'>;

/** Deletes templates with all that was made of them; what fails of that is left to the next sweep of any gateway. */
export class TemplateDeletions {
  readonly #parts: DeletionParts;
  readonly #notes: DeletionNotes;

  constructor(parts: DeletionParts) {
    this.#parts = parts;
    this.#notes = new DeletionNotes(parts.blobs, parts.library);
  }

  /** Deletes all of it. Nobody finds it any more when this resolves. Throws `not-found` where it is gone already. */
  async delete(record: Pick<TemplateRecord, 'tenant' | 'id'>): Promise<void> {
    await this.#finish([await this.#notes.hide(record)]);
  }

  /** Nobody finds it any more; all else goes with the next `finishAll`. Throws `not-found` where it is gone already. */
  async hide(record: Pick<TemplateRecord, 'tenant' | 'id'>): Promise<void> {
    await this.#notes.hide(record);
  }

  /** Drops variants of a template that does not know them any more, unless another one of its tenant does. */
  async drop(record: Pick<TemplateRecord, 'tenant' | 'id'>, keys: readonly string[]): Promise<void> {
    const [first, ...others] = keys;
    if (this.#parts.index === undefined || first === undefined) return;
    await this.#finish([await this.#notes.forget(record, [first, ...others])]);
  }

  /** Ends deletions that have begun, `batchMax` of them at most, all of them in one reading; returns how many it ended. */
  async finishAll(batchMax: number): Promise<number> {
    const onDamaged = (name: string) => this.#parts.log.warn({ name }, 'a note of a deletion is damaged and stays');
    return await this.#finish(await this.#notes.list(batchMax, onDamaged));
  }

  async #finish(notes: readonly DeletionNote[]): Promise<number> {
    try {
      await this.#dropVariants(notes);
      await this.#removePictures(notes);
      for (const note of notes) await this.#notes.end(note);
      return notes.length;
    } catch (thrown) {
      const { code } = ServiceError.from(thrown);
      this.#parts.log.warn({ deletions: notes.length, code }, 'deletions are ended later');
      return 0;
    }
  }

  async #dropVariants(notes: readonly DeletionNote[]): Promise<void> {
    const { index, library } = this.#parts;
    if (index === undefined) return;
    for (const [tenant, ofTenant] of Map.groupBy(notes, (note) => note.tenant)) {
      const keys = ofTenant.flatMap(({ variants }) => variants);
      for (const key of await library.unusedVariants(tenant, keys)) await index.delete(variantKey(key));
    }
  }

  async #removePictures(notes: readonly DeletionNote[]): Promise<void> {
    let damaged = 0;
    const digests = new Set(notes.flatMap(({ sha256 }) => sha256 ?? []));
    await this.#parts.library.removePictures(digests, () => damaged++);
    if (damaged === 0) return;
    throw new ServiceError('conflict', 'template: a record cannot be read, so no picture is deleted');
  }
}
