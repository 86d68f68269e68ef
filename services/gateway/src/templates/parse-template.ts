import { ServiceError } from '@instgenie/domain';
import { z } from 'zod';
import { text, whole } from '../field-kinds.ts';
import type { TemplateSettings } from './templates.ts';

/** What an edge knows of a new template's settings. Undefined, and empty text, mean that the caller said nothing. */
export type TemplateFields = { readonly [Field in keyof TemplateSettings]?: unknown };

export interface ParseTemplateOptions {
  /** Goes before a field's name in errors, such as `settings.`. */
  readonly prefix?: string;
  /** What the caller calls a field, whole, where that is not the prefix and the field in snake case. */
  readonly names?: Partial<Record<keyof TemplateSettings, string>>;
}

const minuteMs = 60_000;
const ttlDaysMax = 3650;

const guidance = 'expected a number from 0 to 1000';
const ttl = `expected a minute to ${ttlDaysMax} days`;

const settings = z.object({
  name: text(200).default(''),
  model: text(63).optional(),
  steps: whole(1, 1000).optional(),
  guidance: z.number(guidance).min(0, guidance).max(1000, guidance).optional(),
  prompt: text(32_000).default(''),
  noiseSeed: whole(0, 2 ** 32 - 1).default(0),
  keepEvery: whole(1, 1000).default(1),
  ttlMs: z
    .number(ttl)
    .min(minuteMs, ttl)
    .max(ttlDaysMax * 1440 * minuteMs, ttl)
    .transform(Math.round)
    .optional(),
});

/** The settings of a new template. Throws `invalid`, naming the field as the caller does. */
export function parseTemplateSettings(
  fields: TemplateFields,
  { prefix = '', names = {} }: ParseTemplateOptions = {},
): TemplateSettings {
  const said = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== ''));
  const { data, error } = settings.safeParse(said);
  if (error !== undefined) {
    const [issue] = error.issues;
    const field = issue?.path[0] as keyof TemplateSettings;
    const name = names[field] ?? `${prefix}${field.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}`;
    throw new ServiceError('invalid', `${name}: ${issue?.message ?? 'is wrong'}`, { field: name });
  }
  const { model, steps, guidance: guided, ttlMs } = data;
  return { ...data, model, steps, guidance: guided, ttlMs };
}
