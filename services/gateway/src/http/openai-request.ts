import type { EditOrder } from '../edits/edit-order.ts';
import { type OrderFields, type OrderNames, parseOrder } from '../edits/parse-order.ts';
import { asFlag, asNumber, type Form } from './form.ts';
import type { HttpLimits } from './http-limits.ts';
import { wrong } from './http-refusal.ts';
import type { ParamNames } from './openai-error.ts';
import { accepted, aliases, withoutEffect } from './openai-names.ts';

/** How an edit is answered. */
export interface AnswerShape {
  readonly responseFormat: 'b64_json' | 'url';
  readonly quality: string;
  readonly format: EditOrder['format'];
}

export interface ImageEdit {
  readonly order: EditOrder;
  readonly shape: AnswerShape;
  readonly isStream: boolean;
  /** Whether only the check is wanted. */
  readonly isCheckOnly: boolean;
  /** What was said and has no effect. */
  readonly warnings: readonly string[];
}

export interface ImageEditOptions {
  readonly limits: HttpLimits;
  readonly requestId: string;
  /** `openai`: masks mean what OpenAI's mean, and a prompt is needed. */
  readonly dialect: 'openai' | 'ours';
  /** Where the request says none. */
  readonly priority: EditOrder['priority'];
  /** Goes before the fields of an edit that is one of many. */
  readonly prefix?: string;
}

const qualities = ['auto', 'low', 'medium', 'high', 'standard', 'hd', 'xhigh', 'max'] as const;
const backgrounds = ['auto', 'opaque', 'transparent'] as const;
const fidelities = ['high', 'low'] as const;
const responseFormats = ['b64_json', 'url'] as const;
const partialImagesMax = 3;
const numbers: ReadonlySet<keyof typeof aliases> = new Set([
  'count',
  'seed',
  'steps',
  'guidance',
  'strength',
  'grow',
  'feather',
  'deadlineMs',
  'previews',
]);
const flags: ReadonlySet<keyof typeof aliases> = new Set(['isDense', 'mustBeWarm', 'explain']);
const pngStart = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');

/** What an edit of OpenAI's shape asks for. Throws `invalid`, naming the field as the caller does. */
export function readImageEdit(form: Form, options: ImageEditOptions): ImageEdit {
  const { limits, requestId, dialect, priority, prefix = '' } = options;
  const { fields, names } = orderFields(form, prefix);
  const background = form.oneOf('background', backgrounds);
  form.oneOf('input_fidelity', fidelities);
  requireCompression(form);
  if (dialect === 'openai') requireOpenAi(form, fields);
  const isStream = form.flag('stream');
  const order = parseOrder(
    {
      ...fields,
      requestId,
      maskMode: fields.maskMode ?? 'alpha',
      priority: fields.priority ?? priority,
      previews: isStream ? fields.previews : 0,
    },
    {
      limits: {
        pictureBytesMax: limits.pictureBytesMax,
        maskBytesMax: limits.maskBytesMax,
        deadlineMs: limits.deadlineMs,
      },
      prefix,
      names,
    },
  );
  return {
    order,
    shape: {
      responseFormat: form.oneOf('response_format', responseFormats) ?? 'b64_json',
      quality: form.oneOf('quality', qualities) ?? 'auto',
      format: order.format,
    },
    isStream,
    isCheckOnly: form.flag('validate_only'),
    warnings: [
      ...withoutEffect.filter((name) => form.find([name]) !== undefined).map((name) => `${name} has no effect`),
      ...(background === 'transparent' ? ['background has no effect'] : []),
      ...unknownNames(form).map((name) => `${name} is unknown`),
    ],
  };
}

/** Names for errors that come later, from whoever looks at the pictures. */
export function sentNames(form: Form): ParamNames {
  const sent = Object.entries(aliases).map(([field, names]) => [snake(field), form.find(names)?.name] as const);
  return Object.fromEntries(sent.filter((pair): pair is [string, string] => pair[1] !== undefined));
}

function orderFields(form: Form, prefix: string): { readonly fields: OrderFields; readonly names: OrderNames } {
  const fields: { -readonly [Field in keyof OrderFields]: unknown } = {
    source: sourceOf(form),
    mask: fileOf(form, 'mask'),
  };
  const names: OrderNames = {
    source: `${prefix}image`,
    image: `${prefix}image`,
    templateId: `${prefix}template_id`,
    mask: `${prefix}mask`,
    requestId: 'Idempotency-Key',
  };
  for (const [key, sent] of Object.entries(aliases)) {
    if (key === 'templateId') continue;
    const field = key as Exclude<keyof typeof aliases, 'templateId'>;
    const found = form.find(sent);
    names[field] = `${prefix}${found?.name ?? sent[0]}`;
    fields[field] = valueOf(field, found?.value);
  }
  if (fields.seed === -1) fields.seed = undefined;
  return { fields, names };
}

function valueOf(field: keyof typeof aliases, value: unknown): unknown {
  if (numbers.has(field)) return asNumber(value);
  if (flags.has(field)) return asFlag(value);
  return field === 'size' ? sizeOf(value) : field === 'format' && value === 'jpg' ? 'jpeg' : value;
}

function sourceOf(form: Form): EditOrder['source'] | undefined {
  const template = form.find(aliases.templateId);
  const pictures = form.files.filter(({ name }) => name === 'image');
  const [picture] = pictures;
  if (pictures.length > 1) throw wrong('image', 'one picture is edited at a time; send one');
  if (picture === undefined) {
    return template === undefined ? undefined : { kind: 'template', id: template.value as string };
  }
  if (template !== undefined) throw wrong(template.name, 'send a picture or the id of a template, not both');
  return { kind: 'inline', bytes: picture.bytes };
}

function fileOf(form: Form, name: string): Uint8Array | undefined {
  const found = form.files.filter((file) => file.name === name);
  if (found.length > 1) throw wrong(name, 'one file is expected');
  return found[0]?.bytes;
}

/** `WIDTHxHEIGHT`; `auto` is the picture's own. */
function sizeOf(value: unknown): unknown {
  if (value === undefined || value === 'auto') return undefined;
  const found = typeof value === 'string' ? /^(\d{1,5})x(\d{1,5})$/.exec(value) : null;
  return found === null ? value : { width: Number(found[1]), height: Number(found[2]) };
}

function requireCompression(form: Form): void {
  const value = form.number('output_compression');
  if (value !== undefined && !(Number.isInteger(value) && value >= 0 && value <= 100)) {
    throw wrong('output_compression', 'expected a whole number from 0 to 100');
  }
}

function requireOpenAi(form: Form, { mask, maskMode, prompt, previews }: OrderFields): void {
  if (prompt === undefined) throw wrong('prompt', 'say what to paint');
  if (maskMode !== undefined && maskMode !== 'alpha') {
    throw wrong('mask_mode', 'masks are transparent here where the picture may change: alpha');
  }
  if (mask instanceof Uint8Array && !Buffer.from(mask.subarray(0, pngStart.length)).equals(pngStart)) {
    throw wrong('mask', 'expected a png that is transparent where the picture may change');
  }
  if (typeof previews === 'number' && previews > partialImagesMax) {
    throw wrong('partial_images', `expected a whole number from 0 to ${partialImagesMax}`);
  }
}

function unknownNames(form: Form): readonly string[] {
  const known = new Set<string>([...Object.values(aliases).flat(), ...withoutEffect, ...accepted]);
  return form.names.filter((name) => !known.has(name) && /^[\w-]{1,40}$/.test(name)).slice(0, 10);
}

function snake(field: string): string {
  return field.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
