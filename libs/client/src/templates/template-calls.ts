import type { CallOptions } from '../call-options.ts';
import type { MaskMode } from '../edits/edit.ts';
import { maskModes } from '../edits/edit-messages.ts';
import { pages } from '../pages.ts';
import { type Calls, goneIsDone } from '../retries/calls.ts';
import { collect, defined } from '../wire.ts';
import type { PrimeProgress, Template, TemplateSettings } from './template.ts';
import { checkFile, fromTemplate, toParts, toSettings } from './template-messages.ts';

/** More than any picture that a server takes. */
const pictureBytesMax = 64 * 1024 ** 2;

export interface PrimeOptions extends CallOptions {
  /** Of a picture larger than the model's size: the window of edits with this mask. Undefined: all of it. */
  readonly mask?: Uint8Array | undefined;
  readonly maskMode?: MaskMode | undefined;
}

/** Pictures that are edited again and again. */
export class TemplateCalls {
  readonly #calls: Calls;

  constructor(calls: Calls) {
    this.#calls = calls;
  }

  /** Adds a picture, of a path or bytes. The same picture with the same settings is the same template. */
  async create(
    file: string | Uint8Array,
    settings: TemplateSettings = {},
    options: CallOptions = {},
  ): Promise<Template> {
    const first = toSettings(settings);
    await checkFile(file);
    const { template } = await this.#calls.once(
      ({ templates }, wire) => templates.upload('CreateTemplate', toParts(first, file), wire),
      options,
    );
    return fromTemplate(template);
  }

  async get(id: string, options: CallOptions = {}): Promise<Template> {
    const { template } = await this.#calls.once(
      ({ templates }, wire) => templates.unary('GetTemplate', { templateId: id }, wire),
      options,
    );
    return fromTemplate(template);
  }

  /** All of them, by id; pages are asked for as they are needed. */
  list(options: CallOptions & { readonly pageSize?: number | undefined } = {}): AsyncGenerator<Template, void> {
    return pages(options, async (page) => {
      const answer = await this.#calls.once(
        ({ templates }, wire) => templates.unary('ListTemplates', page, wire),
        options,
      );
      return { items: answer.templates.map(fromTemplate), nextPageToken: answer.nextPageToken };
    });
  }

  /** Deletes it with its activations, on all workers and tiers. */
  async delete(id: string, options: CallOptions = {}): Promise<void> {
    await this.#calls.once(async ({ templates }, wire, wasSent) => {
      const answer = templates.unary('DeleteTemplate', { templateId: id }, wire);
      await (wasSent ? answer.catch(goneIsDone) : answer);
    }, options);
  }

  /** Computes its activations now, so that the first edit is warm; ends when they are there. */
  async *prime(id: string, options: PrimeOptions = {}): AsyncGenerator<PrimeProgress, void> {
    const { mask, maskMode } = options;
    const request = { templateId: id, ...defined({ mask, maskMode: maskMode && maskModes[maskMode] }) };
    let most = -1;
    const messages = this.#calls.stream(
      ({ templates }, wire) => templates.stream('PrimeTemplate', request, wire),
      options,
    );
    for await (const { done, total, activationBytes } of messages) {
      if (done <= most) continue;
      most = done;
      yield { done, total, activationBytes };
    }
  }

  /** Keeps its activations from being evicted, or lets them be evicted again. */
  async pin(id: string, isPinned = true, options: CallOptions = {}): Promise<Template> {
    const request = { templateId: id, isPinned };
    const { template } = await this.#calls.once(
      ({ templates }, wire) => templates.unary('PinTemplate', request, wire),
      options,
    );
    return fromTemplate(template);
  }

  /** Lets another tenant edit it, or takes that back. */
  async grant(
    id: string,
    grant: { readonly tenant: string; readonly isGranted?: boolean },
    options: CallOptions = {},
  ): Promise<Template> {
    const request = { templateId: id, tenant: grant.tenant, isGranted: grant.isGranted ?? true };
    const { template } = await this.#calls.once(
      ({ templates }, wire) => templates.unary('GrantTemplate', request, wire),
      options,
    );
    return fromTemplate(template);
  }

  /** The file of its picture. */
  picture(id: string, options: CallOptions = {}): Promise<Uint8Array> {
    return this.#calls.once(
      ({ templates }, wire) =>
        collect(templates.stream('ReadTemplatePicture', { templateId: id }, wire), pictureBytesMax),
      options,
    );
  }
}
