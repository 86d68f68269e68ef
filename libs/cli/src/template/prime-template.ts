import { getContent } from '@instgenie/blobs';
import { type Mask, mask, type Picture } from '@instgenie/domain';
import { storedTemplate } from '@instgenie/loader';
import { decodePicture, readMask, requireMasked } from '@instgenie/pictures';
import type { ActivationStore } from '@instgenie/store';
import type { TemplateRecord } from '@instgenie/templates';
import { type CommandContext, callerPath } from '../command-context.ts';
import { planJob } from '../edit/inputs.ts';
import { bytesText, secondsText } from '../format.ts';
import { type ModelFlags, openEngine } from '../open-engine.ts';
import { primedBytes, primeTemplate } from '../priming.ts';
import { pictureBytesMax, readPictureFile } from '../read-file.ts';
import { type OpenLibrary, tenant } from './open-library.ts';

export interface PrimeFlags extends ModelFlags {
  /** Whose window is primed, where the picture is larger than the model's size. */
  readonly mask?: string;
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
  await using engine = await openEngine(context, { ...flags, storage: record.storage });
  const { defaults } = engine.model;
  const marked = await maskOf(source, { context, flags });
  const { picture } = await planJob({ source, mask: marked, weights: new Uint8Array() }, defaults.side);
  await using stored = await storedTemplate(engine, store, {
    ...templateSettings(record, defaults),
    picture,
    textRows: defaults.textRows,
  });
  const began = performance.now();
  await primeTemplate(context, stored.template);
  if (stored.keeper.failure !== undefined) throw stored.keeper.failure;
  const { key } = stored.keeper.variant;
  if (record.isPinned) store.pin(key);
  await library.update({ tenant, id: record.id }, (known) => ({
    ...known,
    variants: [...new Set([...known.variants, key])],
  }));
  const bytes = primedBytes(stored.template);
  context.progress.note(`${record.id}: ${bytesText(bytes)} in ${secondsText(performance.now() - began)}`);
  return { key, bytes };
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
