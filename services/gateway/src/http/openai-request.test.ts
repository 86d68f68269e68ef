import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Form } from './form.ts';
import { httpLimits } from './http-limits.ts';
import { fileNames } from './openai-names.ts';
import { type ImageEdit, readImageEdit } from './openai-request.ts';
import { readJson } from './read-json.ts';
import { png, templateId } from './testing-parts.ts';

const options = { limits: httpLimits, requestId: 'r', dialect: 'openai', priority: 'interactive' } as const;
const url = `data:image/png;base64,${png.toString('base64')}`;
const least = { template_id: templateId, prompt: 'a' };

function read(body: object): ImageEdit {
  return readImageEdit(readJson({ ...least, ...body }, fileNames(httpLimits)), options);
}

const orders: readonly { readonly sent: object; readonly field: keyof ImageEdit['order']; readonly want: unknown }[] = [
  { sent: { n: 3 }, field: 'count', want: 3 },
  { sent: { num_outputs: '3' }, field: 'count', want: 3 },
  { sent: { size: 'auto' }, field: 'size', want: undefined },
  { sent: { size: '1536x864' }, field: 'size', want: { width: 1536, height: 864 } },
  { sent: { seed: 4294967294 }, field: 'seed', want: 4294967294 },
  { sent: { sd_seed: -1 }, field: 'seed', want: undefined },
  { sent: { seed: null }, field: 'seed', want: undefined },
  { sent: { steps: 20 }, field: 'steps', want: 20 },
  { sent: { sd_steps: '50' }, field: 'steps', want: 50 },
  { sent: { num_inference_steps: 5, steps: 20 }, field: 'steps', want: 5 },
  { sent: { cfg_scale: '7.5' }, field: 'guidance', want: 7.5 },
  { sent: { true_cfg_scale: 4 }, field: 'guidance', want: 4 },
  { sent: { sd_strength: 0.5 }, field: 'strength', want: 0.5 },
  { sent: { grow_mask: 8 }, field: 'grow', want: 8 },
  { sent: { sd_mask_blur: 11 }, field: 'feather', want: 11 },
  { sent: { output_format: 'jpg' }, field: 'format', want: 'jpeg' },
  { sent: { dense: 'True' }, field: 'isDense', want: true },
  { sent: { require_warm: '1' }, field: 'mustBeWarm', want: true },
  { sent: { explain: true }, field: 'explain', want: true },
  { sent: { priority: 'batch' }, field: 'priority', want: 'batch' },
  { sent: { deadline_ms: 5000 }, field: 'deadlineMs', want: 5000 },
  { sent: { mask_mode: 'alpha' }, field: 'maskMode', want: 'alpha' },
  { sent: { partial_images: 2 }, field: 'previews', want: 0 },
  { sent: { partial_images: 2, stream: 'true' }, field: 'previews', want: 2 },
  { sent: { mask: url }, field: 'mask', want: png },
  { sent: { mask: { image_url: url } }, field: 'mask', want: png },
  { sent: { template_id: null, image: url }, field: 'source', want: { kind: 'inline', bytes: png } },
  { sent: { template_id: null, images: [{ image_url: url }] }, field: 'source', want: { kind: 'inline', bytes: png } },
  { sent: { template_id: null, url }, field: 'source', want: { kind: 'inline', bytes: png } },
  { sent: { template_id: null, 'image[]': [url] }, field: 'source', want: { kind: 'inline', bytes: png } },
  {
    sent: { template_id: null, images: [{ file_id: templateId }] },
    field: 'source',
    want: { kind: 'template', id: templateId },
  },
];

for (const { sent, field, want } of orders) {
  test(`${JSON.stringify(sent).slice(0, 70)} is the order's ${field}`, () => {
    assert.deepEqual(read(sent).order[field], want);
  });
}

const refusals: readonly { readonly sent: object; readonly param: string }[] = [
  { sent: { template_id: null }, param: 'image' },
  { sent: { template_id: 'x' }, param: 'template_id' },
  { sent: { template_id: 5 }, param: 'template_id' },
  { sent: { image: url }, param: 'template_id' },
  { sent: { template_id: null, images: [{ image_url: url }, { image_url: url }] }, param: 'image' },
  { sent: { template_id: null, image: 'https://example.org/a.png' }, param: 'image' },
  { sent: { template_id: null, images: [{ image_url: 'http://169.254.169.254/' }] }, param: 'image' },
  { sent: { template_id: null, image: 'file:///etc/passwd' }, param: 'image' },
  { sent: { template_id: null, image: 'data:image/svg+xml;base64,AAAA' }, param: 'image' },
  { sent: { template_id: null, image: 'data:image/png;base64,AA!A' }, param: 'image' },
  { sent: { template_id: null, image: 'data:image/png;base64,' }, param: 'image' },
  { sent: { template_id: null, image: 5 }, param: 'image' },
  { sent: { template_id: null, image: [[url]] }, param: 'image' },
  { sent: { mask: { file_id: templateId } }, param: 'mask' },
  { sent: { mask: `data:image/png;base64,${Buffer.from('GIF89a').toString('base64')}` }, param: 'mask' },
  { sent: { mask_mode: 'white' }, param: 'mask_mode' },
  { sent: { prompt: '' }, param: 'prompt' },
  { sent: { prompt: 5 }, param: 'prompt' },
  { sent: { prompt: 'a'.repeat(32_001) }, param: 'prompt' },
  { sent: { n: 0 }, param: 'n' },
  { sent: { n: 'two' }, param: 'n' },
  { sent: { num_outputs: 1.5 }, param: 'num_outputs' },
  { sent: { size: '1024' }, param: 'size' },
  { sent: { size: '10x10' }, param: 'size' },
  { sent: { size: [1, 2] }, param: 'size' },
  { sent: { quality: 'best' }, param: 'quality' },
  { sent: { background: 'red' }, param: 'background' },
  { sent: { input_fidelity: 'some' }, param: 'input_fidelity' },
  { sent: { output_format: 'gif' }, param: 'output_format' },
  { sent: { output_compression: 101 }, param: 'output_compression' },
  { sent: { response_format: 'file' }, param: 'response_format' },
  { sent: { stream: 'maybe' }, param: 'stream' },
  { sent: { stream: true, partial_images: 4 }, param: 'partial_images' },
  { sent: { sd_steps: 0 }, param: 'sd_steps' },
  { sent: { sd_strength: 0 }, param: 'sd_strength' },
  { sent: { seed: -2 }, param: 'seed' },
  { sent: { deadline_ms: -1 }, param: 'deadline_ms' },
];

for (const { sent, param } of refusals) {
  test(`${JSON.stringify(sent).slice(0, 70)} is refused, as ${param}`, () => {
    assert.throws(() => read(sent), { code: 'invalid', field: param });
  });
}

test('what has no effect is named, and what nothing depends on is not', () => {
  const { warnings } = read({
    negative_prompt: 'b',
    scheduler: 'ddim',
    output_compression: 50,
    background: 'transparent',
    quality: 'high',
    user: 'u',
    moderation: 'low',
    colour: 'red',
    'X-Ä\n': 'no name to repeat',
  });
  assert.deepEqual(warnings, [
    'negative_prompt has no effect',
    'scheduler has no effect',
    'output_compression has no effect',
    'background has no effect',
    'colour is unknown',
  ]);
});

test('a field that is sent twice is refused', () => {
  const form = new Form(new Map([['prompt', ['a', 'b']]]), []);
  assert.throws(() => readImageEdit(form, options), { code: 'invalid', field: 'prompt' });
});
