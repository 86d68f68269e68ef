import type { MaskMode } from '@instgenie/pictures';
import { parseTemplateSettings } from '../templates/parse-template.ts';
import type { PrimeOrder, TemplateSettings } from '../templates/templates.ts';
import { asNumber, type Form } from './form.ts';
import { wrong } from './http-refusal.ts';

const maskModes = ['auto', 'white', 'black', 'alpha'] as const satisfies readonly MaskMode[];

/** The settings of a new template. Throws `invalid`, naming the field. */
export function readTemplateSettings(form: Form): TemplateSettings {
  const said = (name: string) => form.find([name])?.value;
  const ttlS = asNumber(said('ttl_seconds'));
  const fields = {
    name: said('name'),
    model: said('model'),
    steps: asNumber(said('steps')),
    guidance: asNumber(said('guidance')),
    prompt: said('prompt'),
    noiseSeed: asNumber(said('noise_seed')),
    keepEvery: asNumber(said('keep_every')),
    ttlMs: typeof ttlS === 'number' ? 1000 * ttlS : ttlS,
  };
  return parseTemplateSettings(fields, { names: { ttlMs: 'ttl_seconds' } });
}

/** The picture of a new template. */
export function readTemplatePicture(form: Form): Uint8Array {
  const [picture, ...others] = form.files.filter(({ name }) => name === 'image');
  if (picture === undefined) throw wrong('image', 'send a png, jpeg or webp file');
  if (others.length > 0) throw wrong('image', 'one picture is expected');
  return picture.bytes;
}

/** What is to be primed of a template. */
export function readPrimeOrder(id: string, form: Form | undefined): PrimeOrder {
  return {
    id,
    mask: form?.files.find(({ name }) => name === 'mask')?.bytes,
    maskMode: form?.oneOf('mask_mode', maskModes) ?? 'auto',
  };
}
