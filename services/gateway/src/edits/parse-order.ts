import { randomUUID } from 'node:crypto';
import { ServiceError } from '@instgenie/domain';
import type { MaskMode, PictureFormat } from '@instgenie/pictures';
import { isTemplateId } from '@instgenie/templates';
import { z } from 'zod';
import { text, whole } from '../field-kinds.ts';
import type { EditOrder } from './edit-order.ts';

/** What an edge knows of an order. Undefined, null, and text or bytes that are empty mean that the caller said nothing. */
export type OrderFields = { readonly [Field in keyof EditOrder]?: unknown };

/** What an order may be at most. */
export interface OrderLimits {
  readonly pictureBytesMax: number;
  readonly maskBytesMax: number;
  /** For those that say none, and at most. */
  readonly deadlineMs: number;
}

export interface ParseOptions {
  readonly limits: OrderLimits;
  /** Goes before a field's name in errors, such as `edit.`. */
  readonly prefix?: string;
  /**
   * What the caller calls a field, whole, where that is not the prefix and the field in snake case: `{ count: 'n' }`.
   * `templateId` and `image` are the two kinds of `source`.
   */
  readonly names?: OrderNames;
  /** Where the caller said none. */
  readonly newRequestId?: () => string;
}

export type OrderNames = Partial<Record<keyof EditOrder | 'templateId' | 'image', string>>;

const promptCharsMax = 32_000;
const modelCharsMax = 63;
const shapePixelsMax = 256;
const stepsMax = 1000;
const guidanceMax = 1000;
const countMax = 10;
const previewsMax = 8;
const sideMin = 16;
const sideMax = 4096;

const maskModes = ['auto', 'white', 'black', 'alpha'] as const satisfies readonly MaskMode[];
const formats = ['png', 'jpeg', 'webp'] as const satisfies readonly PictureFormat[];
const priorities = ['interactive', 'normal', 'batch'] as const satisfies readonly EditOrder['priority'][];

const oneOf = <const Value extends string>(values: readonly Value[]) =>
  z.enum(values, `expected one of ${values.join(', ')}`);
const flag = z.boolean('expected true or false').default(false);
const file = z.instanceof(Uint8Array, { error: 'expected a file' });
const guidance = `expected a number from 0 to ${guidanceMax}`;
const strength = 'expected a number above 0 and at most 1';

const orderFields = z.object({
  requestId: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,64}$/, "expected 1 to 64 letters, digits, '-' or '_'")
    .optional(),
  source: z.discriminatedUnion('kind', [
    z.object({
      kind: z.literal('template'),
      id: z.string('expected text').refine(isTemplateId, 'expected 24 lower-case hexadecimal digits'),
    }),
    z.object({ kind: z.literal('inline'), bytes: file }),
  ]),
  model: text(modelCharsMax).optional(),
  mask: file.optional(),
  maskMode: oneOf(maskModes).default('auto'),
  grow: whole(0, shapePixelsMax).default(0),
  feather: whole(0, shapePixelsMax).default(0),
  prompt: text(promptCharsMax).default(''),
  seed: whole(0, Number.MAX_SAFE_INTEGER).optional(),
  steps: whole(1, stepsMax).optional(),
  guidance: z.number(guidance).min(0, guidance).max(guidanceMax, guidance).optional(),
  strength: z.number(strength).gt(0, strength).max(1, strength).default(1),
  count: whole(1, countMax).default(1),
  priority: oneOf(priorities).default('interactive'),
  deadlineMs: z.number('expected a time').positive('expected a time above 0').optional(),
  format: oneOf(formats).default('png'),
  size: z.object({ width: whole(sideMin, sideMax), height: whole(sideMin, sideMax) }, 'expected a size').optional(),
  isDense: flag,
  mustBeWarm: flag,
  previews: whole(0, previewsMax).default(0),
  explain: flag,
});

/**
 * The order in what an edge was asked. The only check of ranges there is: gRPC, HTTP and jobs call it.
 * Throws `invalid`, naming the field as the caller does.
 */
export function parseOrder(fields: OrderFields, options: ParseOptions): EditOrder {
  const said = Object.fromEntries(Object.entries(fields).filter(([, value]) => !isNothing(value)));
  if (said['source'] === undefined || isNothing(contentOf(said['source']))) {
    throw refusal(nameOf('source', options), 'say which picture is edited: a template, or a png, jpeg or webp file');
  }
  const { data, error } = orderFields.safeParse(said);
  if (error !== undefined) {
    const [issue] = error.issues;
    const field = fieldOf(issue?.path ?? []);
    throw refusal(nameOf(field, options), issue?.message ?? 'is wrong');
  }
  const { requestId, source, seed, steps, guidance, model, mask, size } = data;
  if (source.kind === 'inline') requireFits(source.bytes, options.limits.pictureBytesMax, nameOf('image', options));
  if (mask !== undefined) requireFits(mask, options.limits.maskBytesMax, nameOf('mask', options));
  return {
    ...data,
    requestId: requestId ?? (options.newRequestId ?? randomUUID)(),
    deadlineMs: Math.min(data.deadlineMs ?? options.limits.deadlineMs, options.limits.deadlineMs),
    model,
    mask,
    seed,
    steps,
    guidance,
    size,
  };
}

type FieldName = keyof OrderNames;

function nameOf(field: FieldName, { prefix = '', names = {} }: ParseOptions): string {
  return names[field] ?? `${prefix}${field.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}`;
}

function fieldOf([first, second]: readonly PropertyKey[]): FieldName {
  if (first !== 'source') return first as FieldName;
  return second === 'id' ? 'templateId' : second === 'bytes' ? 'image' : 'source';
}

function contentOf(source: unknown): unknown {
  if (typeof source !== 'object' || source === null) return source;
  return 'id' in source ? source.id : 'bytes' in source ? source.bytes : source;
}

function requireFits(bytes: Uint8Array, bytesMax: number, field: string): void {
  if (bytes.length > bytesMax) throw refusal(field, `larger than ${bytesMax} bytes`);
}

function isNothing(value: unknown): boolean {
  return value === undefined || value === null || value === '' || (value instanceof Uint8Array && value.length === 0);
}

function refusal(field: string, wrong: string): ServiceError {
  return new ServiceError('invalid', `${field}: ${wrong}`, { field });
}
