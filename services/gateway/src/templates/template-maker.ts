import { createHash } from 'node:crypto';
import { keepContent, putContent, replaceContent } from '@instgenie/blobs';
import { type NewTemplate, type TemplateRecord, templateId } from '@instgenie/templates';
import type { Caller } from '@instgenie/tenants';
import { orMissing } from './or-missing.ts';
import type { TemplateParts } from './template-parts.ts';
import { checkQuota } from './template-quota.ts';
import type { TemplateSettings } from './templates.ts';

interface InlinePicture {
  readonly bytes: Uint8Array;
  readonly model: string;
}

type Wanted = Omit<NewTemplate, 'tenant' | 'source'>;

/** Makes templates of pictures: the same picture with the same settings is one. */
export class TemplateMaker {
  readonly #parts: Pick<TemplateParts, 'library' | 'blobs' | 'reader' | 'log'>;
  /** Pictures that came with edits just now, by the id of what they become. */
  readonly #making = new Map<string, Promise<TemplateRecord>>();

  constructor(parts: Pick<TemplateParts, 'library' | 'blobs' | 'reader' | 'log'>) {
    this.#parts = parts;
  }

  /** A template that somebody adds. One that came with an edit before stays from now on. */
  async add(settings: TemplateSettings & { readonly model: string }, file: Uint8Array, caller: Caller) {
    const { name, model, prompt, noiseSeed, keepEvery, steps, guidance, ttlMs } = settings;
    const kept = { name, isInline: false, ...(ttlMs === undefined ? {} : { ttlMs }) };
    const wanted = {
      ...kept,
      model,
      prompt,
      noiseSeed,
      keepEvery,
      ...(steps === undefined ? {} : { steps }),
      ...(guidance === undefined ? {} : { guidance }),
    };
    const made = await this.#make(wanted, { file, caller, field: 'data' });
    if (!made.isInline) return made;
    return await this.#parts.library.update(made, (known) => ({ ...known, ...kept }));
  }

  /** The id of what a picture becomes that comes with an edit. */
  idOf({ bytes, model }: InlinePicture, { tenant }: Caller): string {
    return templateId({ ...inlineTemplate(model), tenant, source: { sha256: digestOf(bytes) } });
  }

  /** What that picture becomes; those that come at once make it once. */
  async addInline(id: string, { bytes, model }: InlinePicture, caller: Caller): Promise<TemplateRecord> {
    const making =
      this.#making.get(id) ??
      this.#make(inlineTemplate(model), { file: bytes, caller, field: 'edit.image' }).finally(() =>
        this.#making.delete(id),
      );
    this.#making.set(id, making);
    return await making;
  }

  async #make(
    template: Wanted,
    { file, caller, field }: { readonly file: Uint8Array; readonly caller: Caller; readonly field: string },
  ): Promise<TemplateRecord> {
    const { library, blobs, reader, log } = this.#parts;
    const { tenant } = caller;
    const sha256 = digestOf(file);
    const known = await orMissing(library.get(tenant, templateId({ ...template, tenant, source: { sha256 } })));
    if (known !== undefined) {
      // Somebody adds it again perhaps because its picture is damaged.
      if (template.isInline !== true) await putContent(blobs, file);
      return known;
    }
    const { signal } = new AbortController();
    const { width, height } = await reader.checkPicture(file, { field, signal });
    await checkQuota(library, caller, 'template');
    // Another tenant may have this picture.
    await replaceContent(blobs, sha256, file);
    const source = { sha256, bytes: file.length, width, height };
    const record = await library.add({ ...template, tenant, source });
    // Whoever deleted the last template of this picture just now may have found no other.
    await keepContent(blobs, sha256, file);
    log.info({ template: record.id, isInline: record.isInline }, 'template added');
    return record;
  }
}

function inlineTemplate(model: string) {
  return { name: '', model, prompt: '', noiseSeed: 0, keepEvery: 1, isInline: true } satisfies Wanted;
}

function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
