import { getContent } from '@instgenie/blobs';
import { type Mask, mask, type Picture, ServiceError, type StorageType } from '@instgenie/domain';
import { ActivationLayout, type Template } from '@instgenie/engine';
import { storedTemplate } from '@instgenie/loader';
import { decodePicture, readMask, requireMasked } from '@instgenie/pictures';
import { type ActivationStore, variantBytes } from '@instgenie/store';
import { admitPriming, smallerChoices, type TemplateRecord } from '@instgenie/templates';
import { type CommandContext, callerPath } from '../command-context.ts';
import { planJob } from '../edit/inputs.ts';
import { bytesText, secondsText } from '../format.ts';
import { type ModelFlags, openEngine } from '../open-engine.ts';
import { usualStorage } from '../open-store.ts';
import { primedBytes, primeTemplate } from '../priming.ts';
import { pictureBytesMax, readPictureFile } from '../read-file.ts';
import { type OpenLibrary, tenant } from './open-library.ts';

export interface PrimeFlags extends ModelFlags {
  /** Whose window is primed, where the picture is larger than the model's size. */
  readonly mask?: string;
  /** What the tenant's variants may take in all; no limit but the disk's without it. */
  readonly quotaMib?: number;
}

export interface PrimeWork extends OpenLibrary {
  readonly context: CommandContext;
  readonly store: ActivationStore;
  readonly record: TemplateRecord;
}

/** Computes and keeps a template's activations; what is kept already is not computed again. */
export async function primeRecord(
  work: PrimeWork,
  flags: PrimeFlags,
): Promise<{ readonly key: string; readonly bytes: number }> {
  const { context, store, record, blobs, library } = work;
  const source = await decodePicture(await getContent(blobs, record.source.sha256, { bytesMax: pictureBytesMax }));
  await using engine = await openEngine(context, { ...flags, storage: storageOf(record) });
  const { defaults } = engine.model;
  const marked = await maskOf(source, { context, flags });
  const { picture } = await planJob({ source, mask: marked, weights: new Uint8Array() }, defaults.side);
  await using stored = await storedTemplate(engine, store, {
    ...templateSettings(record, defaults),
    picture,
    textRows: defaults.textRows,
  });
  const { key, shape } = stored.keeper.variant;
  const kept = { key, bytes: variantBytes(shape) };
  await admit(work, { flags, kept, template: stored.template });
  const began = performance.now();
  await primeTemplate(context, stored.template);
  if (stored.keeper.failure !== undefined) throw stored.keeper.failure;
  if (record.isPinned) store.pin(key);
  await library.update({ tenant, id: record.id }, (known) => ({
    ...known,
    variants: [...known.variants.filter((variant) => variant.key !== key), kept],
  }));
  const bytes = primedBytes(stored.template);
  context.progress.note(`${record.id}: ${bytesText(bytes)} in ${secondsText(performance.now() - began)}`);
  return { key, bytes };
}

/** Throws `overloaded` before anything is computed where what is to be kept does not fit; says what would. */
async function admit(
  { library, record, store }: PrimeWork,
  {
    flags,
    kept,
    template,
  }: {
    readonly flags: PrimeFlags;
    readonly kept: { readonly key: string; readonly bytes: number };
    readonly template: Template;
  },
): Promise<void> {
  if (record.variants.some(({ key }) => key === kept.key)) return;
  const { keepEvery } = record;
  const storage = storageOf(record);
  const diskBudget = store.counts().diskBytesMax;
  const answer = admitPriming({
    asked: { storage, keepEvery, bytes: kept.bytes },
    tenantUsed: await library.usedBytes(tenant),
    tenantQuota: flags.quotaMib === undefined ? Number.MAX_SAFE_INTEGER : flags.quotaMib * 1024 ** 2,
    diskBudget,
    alternatives: smallerChoices({
      asked: { storage, keepEvery },
      steps: template.spec.steps,
      stepBytes: (type) =>
        variantBytes({ steps: [0], chunkBytes: new ActivationLayout({ ...template.shape, storage: type }).chunkBytes }),
    }),
  });
  if (answer.kind === 'refused') throw new ServiceError('overloaded', answer.message, { field: 'quota' });
}

/** How a template's activations are kept: as its record says, else as usual. */
export function storageOf({ storage }: Pick<TemplateRecord, 'storage'>): StorageType {
  return storage ?? usualStorage;
}

/** How a template is run: as its record says, else as the model does by default. */
export function templateSettings(
  { steps, guidance, prompt, noiseSeed, keepEvery }: TemplateRecord,
  defaults: { readonly steps: number; readonly guidance: number },
) {
  return {
    steps: steps ?? defaults.steps,
    guidance: guidance ?? defaults.guidance,
    prompt,
    noiseSeed,
    keepEvery,
  };
}

async function maskOf(
  source: Picture,
  { context, flags }: { readonly context: CommandContext; readonly flags: PrimeFlags },
): Promise<Mask> {
  if (flags.mask !== undefined) {
    const bytes = await readPictureFile(callerPath(context, flags.mask), 'mask');
    return requireMasked(await readMask(bytes, { mode: 'auto', size: source, bytesMax: pictureBytesMax }));
  }
  const { width, height } = source;
  return mask({ width, height, bits: new Uint8Array(width * height).fill(1) });
}
