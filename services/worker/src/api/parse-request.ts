import { ServiceError } from '@instgenie/domain';
import type {
  EditRequest__Output,
  MaskMode__Output,
  PictureFormat__Output,
  PrimeRequest__Output,
  Priority__Output,
  TemplateSource__Output,
} from '@instgenie/rpc';
import { z } from 'zod';
import type { EditJob, PrimeJob, TemplateAsk } from '../edits/edit-job.ts';

const promptCharsMax = 32_000;
const shapePixelsMax = 256;
const stepsMax = 1000;
const previewsMax = 8;
const resultSide = { min: 16, max: 4096 };
const orphanMsMax = 60_000;

const text = (charsMax: number) =>
  z
    .string()
    .max(charsMax, `at most ${charsMax} characters`)
    .refine((value) => value.isWellFormed(), 'is no Unicode text');
const id = z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/, "expected 1 to 64 letters, digits, '-' or '_'");
const tenant = text(200);
const seed = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER, 'above 2^53 - 1');
const digest = z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 hexadecimal digits');
const pixels = z.number().int().min(0).max(shapePixelsMax);

const template = z.object({
  model: text(63),
  steps: z.number().int().min(1).max(stepsMax).optional(),
  guidance: z.number().min(0).max(1000).optional(),
  prompt: text(promptCharsMax),
  noiseSeed: seed,
  keepEvery: z.number().int().min(0).max(stepsMax),
  owner: tenant,
});

const edit = z.object({
  editId: id,
  tenant,
  prompt: text(promptCharsMax),
  grow: pixels,
  feather: pixels,
  seed: seed.optional(),
  strength: z.number().gt(0).max(1).optional(),
  previews: z.number().int().min(0).max(previewsMax),
  checkpointEvery: z.number().int().min(0).max(stepsMax),
  orphanMs: z.number().int().min(0).max(orphanMsMax),
});

const side = z
  .number()
  .int()
  .min(resultSide.min, `below ${resultSide.min} pixels`)
  .max(resultSide.max, `above ${resultSide.max} pixels`);
const size = z.object({ width: side, height: side });

const priorities = {
  PRIORITY_UNSPECIFIED: 'normal',
  PRIORITY_INTERACTIVE: 'interactive',
  PRIORITY_NORMAL: 'normal',
  PRIORITY_BATCH: 'batch',
} as const satisfies Record<Priority__Output, EditJob['priority']>;

const maskModes = {
  MASK_MODE_UNSPECIFIED: 'auto',
  MASK_MODE_AUTO: 'auto',
  MASK_MODE_WHITE: 'white',
  MASK_MODE_BLACK: 'black',
  MASK_MODE_ALPHA: 'alpha',
} as const satisfies Record<MaskMode__Output, EditJob['maskMode']>;

const formats = {
  PICTURE_FORMAT_UNSPECIFIED: 'png',
  PICTURE_FORMAT_PNG: 'png',
  PICTURE_FORMAT_JPEG: 'jpeg',
  PICTURE_FORMAT_WEBP: 'webp',
} as const satisfies Record<PictureFormat__Output, EditJob['format']>;

/** Throws `invalid`, naming the field as the proto spells it. */
export function parseEdit(request: EditRequest__Output): EditJob {
  const { editId, seed, strength, ...rest } = checked(edit, request, '');
  const resume = request.resume;
  return {
    ...rest,
    id: editId,
    priority: priorityOf(request.priority),
    template: parseTemplate(request.template),
    mask: request.mask.length === 0 ? { kind: 'alpha' } : { kind: 'file', bytes: request.mask },
    maskMode: maskModeOf(request.maskMode),
    seed: seed ?? 'template',
    strength: strength ?? 1,
    isDense: request.dense,
    mustBeWarm: request.requireWarm,
    resume:
      resume === null
        ? undefined
        : { stepsDone: resume.stepsDone, latents: floatsOf(resume.latents), fingerprint: resume.fingerprint },
    format: known(formats, request.format, 'format'),
    isMarked: request.mark,
    size: request.size === null ? undefined : checked(size, request.size, 'size.'),
  };
}

/** Throws `invalid`, naming the field as the proto spells it. */
export function parsePrime(request: PrimeRequest__Output): PrimeJob {
  return {
    tenant: checked(z.object({ tenant }), request, '').tenant,
    template: parseTemplate(request.template),
    mask: request.mask.length === 0 ? { kind: 'none' } : { kind: 'file', bytes: request.mask },
    maskMode: maskModeOf(request.maskMode),
  };
}

function parseTemplate(message: TemplateSource__Output | null): TemplateAsk {
  if (message === null) throw invalid('template', 'say which picture is edited');
  const { model, keepEvery, steps, guidance, owner, ...rest } = checked(template, message, 'template.');
  return {
    ...rest,
    steps,
    guidance,
    model: model === '' ? undefined : model,
    owner: owner === '' ? undefined : owner,
    keepEvery: Math.max(1, keepEvery),
    source: sourceOf(message),
  };
}

function sourceOf({ inline, stored }: TemplateSource__Output): TemplateAsk['source'] {
  if (inline !== undefined && inline.length > 0) return { kind: 'inline', bytes: inline };
  if (stored === undefined) throw invalid('template.picture', 'send a png, jpeg or webp file, or the SHA-256 of one');
  return { kind: 'stored', sha256: checked(z.object({ stored: digest }), { stored }, 'template.').stored };
}

function priorityOf(value: Priority__Output): EditJob['priority'] {
  return known(priorities, value, 'priority');
}

function maskModeOf(value: MaskMode__Output): EditJob['maskMode'] {
  return known(maskModes, value, 'mask_mode');
}

/** A number that the proto does not name reaches us as a number. */
function known<Value>(names: Readonly<Record<string, Value>>, value: string | number, field: string): Value {
  const found = Object.hasOwn(names, value) ? names[value] : undefined;
  if (found === undefined) throw invalid(field, `${value} is unknown`);
  return found;
}

function floatsOf(bytes: Uint8Array): Float32Array {
  if (bytes.length % 4 !== 0) throw invalid('resume.latents', 'expected float32 values');
  const floats = new Float32Array(Uint8Array.from(bytes).buffer);
  if (!floats.every(Number.isFinite)) throw invalid('resume.latents', 'a value is not finite');
  return floats;
}

function checked<Schema extends z.ZodType>(schema: Schema, message: unknown, prefix: string): z.output<Schema> {
  const { data, error } = schema.safeParse(message);
  if (error === undefined) return data;
  const [issue] = error.issues;
  const name = String(issue?.path[0] ?? 'request').replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  throw invalid(`${prefix}${name}`, issue?.message ?? 'is wrong');
}

function invalid(field: string, text: string): ServiceError {
  return new ServiceError('invalid', `${field}: ${text}`, { field });
}
