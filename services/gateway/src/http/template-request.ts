import type { MaskMode } from '@instgenie/pictures';
import { z } from 'zod';
import type { PrimeOrder, TemplateSettings } from '../templates/templates.ts';
import { asNumber, type Form } from './form.ts';
import { wrong } from './http-refusal.ts';

const text = (charsMax: number) =>
  z
    .string('expected text')
    .max(charsMax, `at most ${charsMax} characters`)
    .refine((value) => value.isWellFormed(), 'is no Unicode text');
const whole = (least: number, most: number) => {
  const expected = `expected a whole number from ${least} to ${most}`;
  return z.number(expected).int(expected).min(least, expected).max(most, expected);
};
const guidance = 'expected a number from 0 to 1000';
const dayS = 86_400;
const maskModes = ['auto', 'white', 'black', 'alpha'] as const satisfies readonly MaskMode[];

const settings = z.object({
  name: text(200).default(''),
  model: text(63).optional(),
  steps: whole(1, 1000).optional(),
  guidance: z.number(guidance).min(0, guidance).max(1000, guidance).optional(),
  prompt: text(32_000).default(''),
  noise_seed: whole(0, 2 ** 32 - 1).default(0),
  keep_every: whole(1, 1000).default(1),
  ttl_seconds: whole(60, 3650 * dayS).optional(),
});
const numbers = new Set(['steps', 'guidance', 'noise_seed', 'keep_every', 'ttl_seconds']);

/** The settings of a new template. Throws `invalid`, naming the field. */
export function readTemplateSettings(form: Form): TemplateSettings {
  const said = Object.keys(settings.shape).map((name) => {
    const value = form.find([name])?.value;
    return [name, numbers.has(name) ? asNumber(value) : value] as const;
  });
  const { data, error } = settings.safeParse(Object.fromEntries(said));
  if (error !== undefined) {
    const [issue] = error.issues;
    throw wrong(String(issue?.path[0]), issue?.message ?? 'is wrong');
  }
  const { noise_seed: noiseSeed, keep_every: keepEvery, ttl_seconds: ttlS, ...rest } = data;
  return {
    name: rest.name,
    prompt: rest.prompt,
    model: rest.model,
    steps: rest.steps,
    guidance: rest.guidance,
    noiseSeed,
    keepEvery,
    ttlMs: ttlS === undefined ? undefined : ttlS * 1000,
  };
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
