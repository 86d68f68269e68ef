import { getContent } from '@instgenie/blobs';
import { ServiceError, variantKey } from '@instgenie/domain';
import { expiresAtMs, isExpired, TemplateLibrary, type TemplateRecord } from '@instgenie/templates';
import { type Caller, checkTenantName } from '@instgenie/tenants';
import type { FleetModel } from '../fleet/fleet.ts';
import { namedModel } from '../models/model-names.ts';
import { noteVariants, type UsedVariant } from './note-variants.ts';
import { orMissing } from './or-missing.ts';
import { afterToken, pageToken } from './page-token.ts';
import { primeTemplate } from './prime-template.ts';
import { freePriming } from './priming-guards.ts';
import { RecentRecords } from './recent-records.ts';
import { tellPins } from './tell-pins.ts';
import { TemplateDeletions } from './template-deletions.ts';
import { TemplateMaker } from './template-maker.ts';
import type { TemplateDeskParts, TemplateParts } from './template-parts.ts';
import { checkQuota } from './template-quota.ts';
import type { PrimeNews, PrimeOrder, TemplatePage, TemplateSettings, Templates, TemplateView } from './templates.ts';
import { VariantNotes } from './variant-notes.ts';
import { isWarm } from './warmth.ts';

/** What other gateways change is seen after this time by edits; by all else at once. */
const recentMs = 2000;
const recentMax = 2000;
/** Templates whose holders are looked for at once. */
const viewsMax = 32;

/** A gateway's templates: records and pictures in its blob store, activations on workers. */
export class TemplateDesk implements Templates, AsyncDisposable {
  readonly deletions: TemplateDeletions;
  readonly #parts: TemplateParts;
  readonly #recent: RecentRecords;
  readonly #notes: VariantNotes;
  readonly #maker: TemplateMaker;

  constructor(parts: TemplateDeskParts) {
    const { blobs, now, log } = parts;
    this.#parts = { ...parts, library: new TemplateLibrary(blobs, () => new Date(now())) };
    this.#maker = new TemplateMaker(this.#parts);
    this.deletions = new TemplateDeletions(this.#parts);
    this.#recent = new RecentRecords({ now, maxAgeMs: recentMs, recordsMax: recentMax });
    this.#notes = new VariantNotes({
      write: (record, used) => this.#note(record, used),
      onFailure: ({ code }) => log.warn({ code }, 'what an edit used is not written down'),
    });
  }

  async create(settings: TemplateSettings, file: Uint8Array, caller: Caller): Promise<TemplateView> {
    const model = this.#modelOf(settings.model, 'settings.model').name;
    return await this.#changed(await this.#maker.add({ ...settings, model }, file, caller), caller);
  }

  async get(id: string, caller: Caller): Promise<TemplateView> {
    return await this.#view(await this.#find(id, caller), caller);
  }

  async list(
    { size, token }: { readonly size: number; readonly token: string },
    caller: Caller,
  ): Promise<TemplatePage> {
    const after = afterToken(token);
    const { records, hasMore } = await this.#parts.library.page(caller.tenant, { after, size });
    const templates: TemplateView[] = [];
    for (let at = 0; at < records.length; at += viewsMax) {
      const batch = records.slice(at, at + viewsMax);
      templates.push(...(await Promise.all(batch.map((record) => this.#view(record, caller)))));
    }
    const last = records.at(-1);
    return { templates, nextToken: hasMore && last !== undefined ? pageToken(last.id) : '' };
  }

  async picture(id: string, caller: Caller): Promise<Uint8Array> {
    const { source } = await this.#find(id, caller);
    return await getContent(this.#parts.blobs, source.sha256, { bytesMax: source.bytes });
  }

  async delete(id: string, caller: Caller): Promise<void> {
    const record = await this.#findOwn(id, caller);
    await this.deletions.delete(record);
    this.#recent.delete(record.id);
    this.#parts.log.info({ template: record.id, why: 'asked' }, 'template deleted');
  }

  async *prime(
    order: PrimeOrder,
    { caller, signal }: { readonly caller: Caller; readonly signal: AbortSignal },
  ): AsyncIterable<PrimeNews> {
    const record = await this.#findOwn(order.id, caller);
    await checkQuota(this.#parts.library, caller, 'activations');
    const model = this.#modelOf(record.model, 'template_id');
    const priming = { caller, templateId: record.id, model: model.name };
    let last: UsedVariant | undefined;
    for await (const { done, total, variant, bytes, route } of primeTemplate(this.#parts, {
      record,
      model,
      order,
      admit: (plannedTokenSteps) => this.#parts.guards.admitPriming(priming, plannedTokenSteps),
      signal,
    })) {
      last = { key: variant, bytes, route };
      // The last one is told when it is written down.
      if (done < total) yield { done, total, bytes };
      else {
        await this.#note(record, [last]);
        yield { done, total, bytes };
      }
    }
  }

  /** Has workers compute what edits of a template need of another version of its model. */
  async primeFor(record: TemplateRecord, version: FleetModel, signal: AbortSignal): Promise<void> {
    const order = { id: record.id, mask: undefined, maskMode: 'auto' } as const;
    let last: UsedVariant | undefined;
    const call = { record, model: version, order, version: version.name, admit: () => freePriming, signal };
    for await (const { variant, bytes, route } of primeTemplate(this.#parts, call))
      last = { key: variant, bytes, route };
    if (last !== undefined) await this.#note(record, [last]);
  }

  async pin(id: string, isPinned: boolean, caller: Caller): Promise<TemplateView> {
    const record = await this.#findOwn(id, caller);
    await tellPins(this.#parts, record, isPinned);
    const pinned = await this.#parts.library.update(record, (known) =>
      known.isPinned === isPinned ? known : { ...known, isPinned },
    );
    return await this.#changed(pinned, caller);
  }

  async grant(
    { id, tenant, isGranted }: { readonly id: string; readonly tenant: string; readonly isGranted: boolean },
    caller: Caller,
  ): Promise<TemplateView> {
    const record = await this.#findOwn(id, caller);
    checkTenantName(tenant);
    if (tenant === caller.tenant) {
      throw new ServiceError('invalid', 'tenant: expected another one; its owner may edit it anyway', {
        field: 'tenant',
      });
    }
    return await this.#changed(await this.#parts.library.grant(record, { to: tenant, isGranted }), caller);
  }

  async resolve(
    source:
      | { readonly kind: 'template'; readonly id: string }
      | { readonly kind: 'inline'; readonly bytes: Uint8Array; readonly model: string },
    caller: Caller,
  ): Promise<TemplateRecord> {
    const id = source.kind === 'inline' ? this.#maker.idOf(source, caller) : source.id;
    const recent = this.#recent.get(caller.tenant, id);
    if (recent !== undefined) return recent;
    const found =
      source.kind === 'inline'
        ? await this.#maker.addInline(id, source, caller)
        : await this.#find(id, caller, 'edit.template_id');
    this.#recent.set(found);
    return found;
  }

  used(record: TemplateRecord, variant: UsedVariant): void {
    const { settings, now } = this.#parts;
    const { record: noted } = noteVariants(record, [variant], { settings, nowMs: now() });
    if (noted !== record) this.#notes.add(record, variant);
  }

  /** Resolves when all that `used` was told is written down. */
  async flush(): Promise<void> {
    await this.#notes.flush();
  }

  /**
   * Hides templates that nobody has edited for their time, `batchMax` of them at most, for `deletions.finishAll`; returns
   * how many. Tells the index once more what is pinned.
   */
  async hideExpired(batchMax: number): Promise<number> {
    const { library, settings, now, log } = this.#parts;
    let [hidden, damaged, isTold] = [0, 0, true];
    for await (const record of library.listAll(() => damaged++)) {
      if (record.isPinned && isTold) isTold = await tellPins(this.#parts, record, true).catch(() => false);
      if (!isExpired(record, settings, now()) || !(await this.#hideExpired(record))) continue;
      if (++hidden >= batchMax) break;
    }
    if (damaged > 0) log.warn({ damaged }, 'records of templates are damaged');
    return hidden;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#notes[Symbol.asyncDispose]();
  }

  /** False: an edit has used it, or somebody else has deleted it, since it was listed. */
  async #hideExpired({ tenant, id }: TemplateRecord): Promise<boolean> {
    const { library, settings, now, log } = this.#parts;
    const record = await orMissing(library.get(tenant, id));
    if (record === undefined || !isExpired(record, settings, now())) return false;
    const isHidden = (await orMissing(this.deletions.hide(record).then(() => true))) ?? false;
    if (!isHidden) return false;
    this.#recent.delete(id);
    log.info({ template: id, why: 'expired' }, 'template deleted');
    return true;
  }

  async #note(record: TemplateRecord, used: readonly UsedVariant[]): Promise<void> {
    const { library, settings, now, index } = this.#parts;
    const keys = used.map(({ key }) => key);
    let dropped: readonly string[] = [];
    const change = (known: TemplateRecord) => {
      const noted = noteVariants(known, used, { settings, nowMs: now() });
      ({ dropped } = noted);
      return noted.record;
    };
    const noted = await orMissing(library.update(record, change));
    if (noted === undefined) {
      // Deleted while the edit ran: what it has just made goes too.
      await this.deletions.drop(record, keys);
      return;
    }
    this.#recent.set(noted);
    await this.deletions.drop(record, dropped);
    if (noted.isPinned) for (const key of keys) await index?.pin(variantKey(key));
  }

  async #changed(record: TemplateRecord, caller: Caller): Promise<TemplateView> {
    this.#recent.delete(record.id);
    return await this.#view(record, caller);
  }

  async #view(record: TemplateRecord, { tenant }: Caller): Promise<TemplateView> {
    const { index, settings } = this.#parts;
    return {
      record: record.tenant === tenant ? record : { ...record, grantedTo: [] },
      expiresAtMs: expiresAtMs(record, settings),
      isWarm: await isWarm(record, index),
    };
  }

  async #find(id: string, { tenant }: Caller, field = 'template_id'): Promise<TemplateRecord> {
    const found = await orMissing(this.#parts.library.find(tenant, id));
    if (found !== undefined) return found;
    throw new ServiceError('not-found', `${field}: there is no template of this id`, { field });
  }

  async #findOwn(id: string, caller: Caller): Promise<TemplateRecord> {
    const record = await this.#find(id, caller);
    if (record.tenant === caller.tenant) return record;
    throw new ServiceError('forbidden', 'template_id: only its owner may do this with a template', {
      field: 'template_id',
    });
  }

  #modelOf(name: string | undefined, field: string): FleetModel {
    const { names, fleet } = this.#parts;
    const { models } = fleet;
    const found = namedModel(names, models, name);
    if (found !== undefined) return found;
    if (models.length === 0) throw new ServiceError('unavailable', 'no worker is there now; try again', { field });
    throw new ServiceError('not-found', `${field}: there is no model ${name}`, { field });
  }
}
