import type { OrderNames } from '../edits/parse-order.ts';
import type { HttpLimits } from './http-limits.ts';
import type { FileNames } from './read-json.ts';

type Field = keyof OrderNames;

/** Names that clients use for a field; the first is ours. Later ones come from other APIs and their tools. */
export const aliases = {
  templateId: ['template_id', 'template'],
  model: ['model'],
  prompt: ['prompt', 'text_prompt'],
  count: ['n', 'num_outputs', 'num_images'],
  size: ['size'],
  format: ['output_format'],
  seed: ['seed', 'sd_seed'],
  steps: ['num_inference_steps', 'steps', 'sd_steps'],
  guidance: ['guidance_scale', 'true_cfg_scale', 'cfg_scale', 'guidance', 'sd_guidance_scale'],
  strength: ['strength', 'sd_strength'],
  grow: ['grow_mask', 'grow'],
  feather: ['feather', 'sd_mask_blur'],
  maskMode: ['mask_mode'],
  priority: ['priority'],
  deadlineMs: ['deadline_ms'],
  previews: ['partial_images'],
  isDense: ['dense'],
  mustBeWarm: ['require_warm'],
  explain: ['explain'],
} as const satisfies Partial<Record<Field, readonly string[]>>;

/** Taken, and told to have no effect here. */
export const withoutEffect = ['negative_prompt', 'scheduler', 'sd_sampler', 'sampler', 'output_compression'] as const;

/** Taken without a word: nothing of a result could depend on them. */
export const accepted = new Set([
  'background',
  'input_fidelity',
  'moderation',
  'markup',
  'quality',
  'response_format',
  'safety_identifier',
  'stream',
  'user',
  'validate_only',
]);

/** What proto and facades call a field, and what it is here, on every route. */
export const commonNames: Readonly<Record<string, string>> = {
  data: 'image',
  page_size: 'limit',
  page_token: 'after',
  request_id: 'Idempotency-Key',
  ttl: 'ttl_seconds',
};

/** The same for edits. */
export const paramNames: Readonly<Record<string, string>> = {
  ...commonNames,
  source: 'image',
  picture: 'image',
  stored: 'image',
  count: 'n',
  format: 'output_format',
  steps: 'num_inference_steps',
  guidance: 'guidance_scale',
  grow: 'grow_mask',
  previews: 'partial_images',
  deadline: 'deadline_ms',
  id: 'template_id',
};

/** The names under which a picture and its mask come. */
export function fileNames({ pictureBytesMax, maskBytesMax }: HttpLimits): FileNames {
  const image = { as: 'image', bytesMax: pictureBytesMax };
  return {
    image,
    images: image,
    image_url: image,
    input_image: image,
    url: image,
    mask: { as: 'mask', bytesMax: maskBytesMax },
  };
}
