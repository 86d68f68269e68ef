import type { MaskMode } from '@instgenie/pictures';
import { parseTemplateSettings } from '../templates/parse-template.ts';
import type { PrimeOrder, TemplateSettings } from '../templates/templates.ts';
import { asNumber, type Form } from './form.ts';
import { wrong } from './http-refusal.ts';

const maskModes = ['auto', 'white', 'black', 'alpha'] as const satisfies readonly MaskMode[];

/** The settings of a new template. Throws `invalid`, naming the field. */
export function readTemplateSettings(form: Form): TemplateSettings {
  const value = (name: string) => form.find([name])?.value;
  const number = (name: string) => asNumber(value(name));
  return parseTemplateSettings(
    {
      name: value('name'),
      model: value('model'),
      steps: number('steps'),
      guidance: number('guidance'),
      prompt: value('prompt'),
      noiseSeed: number('noise_seed'),
      keepEvery: number('keep_every'),
      ttlMs: milliseconds(number('ttl_seconds')),
    },
    { names: { ttlMs: 'ttl_seconds' } },
  );
}

/** Of seconds; what is no number stays what it is. */
function milliseconds(seconds: unknown): unknown {
  return typeof seconds === 'number' ? seconds * 1000 : seconds;
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
