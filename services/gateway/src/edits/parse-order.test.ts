import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ServiceError } from '@instgenie/domain';
import fc from 'fast-check';
import { type OrderFields, type ParseOptions, parseOrder } from './parse-order.ts';

const limits = { pictureBytesMax: 100, maskBytesMax: 10, deadlineMs: 60_000 };
const options: ParseOptions = { limits, newRequestId: () => 'made-up' };
const id = '0123456789abcdef01234567';
const source = { kind: 'template', id } as const;

test('what is left out is as usual', () => {
  assert.deepEqual(parseOrder({ source }, options), {
    requestId: 'made-up',
    source,
    model: undefined,
    mask: undefined,
    maskMode: 'auto',
    grow: 0,
    feather: 0,
    prompt: '',
    seed: undefined,
    steps: undefined,
    guidance: undefined,
    strength: 1,
    count: 1,
    priority: 'interactive',
    deadlineMs: 60_000,
    format: 'png',
    size: undefined,
    isDense: false,
    mustBeWarm: false,
    previews: 0,
    explain: false,
  });
});

test('empty text, empty bytes and null say nothing', () => {
  const empty = { source, requestId: '', model: '', mask: new Uint8Array(), prompt: '', seed: null, size: null };
  assert.deepEqual(parseOrder(empty, options), parseOrder({ source }, options));
});

test('a deadline is cut to what is allowed', () => {
  assert.equal(parseOrder({ source, deadlineMs: 1e9 }, options).deadlineMs, 60_000);
  assert.equal(parseOrder({ source, deadlineMs: 1.5 }, options).deadlineMs, 1.5);
});

const most: OrderFields = {
  requestId: 'a-Z_9'.repeat(12),
  source: { kind: 'inline', bytes: new Uint8Array(100) },
  mask: new Uint8Array(10),
  prompt: '€'.repeat(32_000),
  seed: Number.MAX_SAFE_INTEGER,
  steps: 1000,
  guidance: 1000,
  strength: 1,
  count: 10,
  grow: 256,
  feather: 256,
  previews: 8,
  size: { width: 4096, height: 16 },
};

test('every field at its limit is taken', () => {
  const order = parseOrder(most, options);
  for (const [field, value] of Object.entries(most)) assert.deepEqual(order[field as keyof typeof order], value, field);
});

const refusals: readonly { readonly fields: OrderFields; readonly field: string }[] = [
  { fields: {}, field: 'edit.source' },
  { fields: { source: { kind: 'template', id: '' } }, field: 'edit.source' },
  { fields: { source: { kind: 'inline', bytes: new Uint8Array() } }, field: 'edit.source' },
  { fields: { source: { kind: 'template', id: '../x' } }, field: 'edit.template_id' },
  { fields: { source: { kind: 'inline', bytes: new Uint8Array(101) } }, field: 'edit.image' },
  { fields: { source, requestId: 'a'.repeat(65) }, field: 'request_id' },
  { fields: { source, requestId: 'a b' }, field: 'request_id' },
  { fields: { source, mask: new Uint8Array(11) }, field: 'edit.mask' },
  { fields: { source, prompt: 'a'.repeat(32_001) }, field: 'edit.prompt' },
  { fields: { source, prompt: '\ud800' }, field: 'edit.prompt' },
  { fields: { source, model: '\udc00' }, field: 'edit.model' },
  { fields: { source, seed: -1 }, field: 'edit.seed' },
  { fields: { source, seed: 2 ** 53 }, field: 'edit.seed' },
  { fields: { source, seed: '1' }, field: 'edit.seed' },
  { fields: { source, steps: 1001 }, field: 'edit.steps' },
  { fields: { source, guidance: Number.NaN }, field: 'edit.guidance' },
  { fields: { source, strength: 0 }, field: 'edit.strength' },
  { fields: { source, strength: 1.01 }, field: 'edit.strength' },
  { fields: { source, count: 11 }, field: 'edit.n' },
  { fields: { source, count: 0 }, field: 'edit.n' },
  { fields: { source, grow: 257 }, field: 'edit.grow' },
  { fields: { source, feather: -1 }, field: 'edit.feather' },
  { fields: { source, previews: 9 }, field: 'edit.previews' },
  { fields: { source, priority: 'now' }, field: 'edit.priority' },
  { fields: { source, format: 'gif' }, field: 'edit.format' },
  { fields: { source, maskMode: 'red' }, field: 'edit.mask_mode' },
  { fields: { source, deadlineMs: 0 }, field: 'edit.deadline' },
  { fields: { source, size: { width: 15, height: 16 } }, field: 'edit.size' },
  { fields: { source, size: 'auto' }, field: 'edit.size' },
  { fields: { source, isDense: 1 }, field: 'edit.dense' },
];

const names = { requestId: 'request_id', count: 'edit.n', deadlineMs: 'edit.deadline', isDense: 'edit.dense' };

for (const { fields, field } of refusals) {
  const [[name, value] = []] = Object.entries(fields).toReversed();
  const shown = value instanceof Uint8Array ? `${value.length} bytes` : JSON.stringify(value)?.slice(0, 60);
  test(`${name ?? 'nothing'} of ${shown} is refused, as ${field}`, () => {
    assert.throws(() => parseOrder(fields, { ...options, prefix: 'edit.', names }), {
      code: 'invalid',
      field,
      message: new RegExp(`^${field.replace('.', '\\.')}: `),
    });
  });
}

test('whatever comes is an order within its bounds, or a refusal that names a field', () => {
  const anything = fc.record(
    Object.fromEntries(
      ['source', ...Object.keys(most), 'isDense', 'format', '__proto__'].map((key) => [key, fc.anything()]),
    ),
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(anything, fc.boolean(), (fields, hasSource) => {
      try {
        const order = parseOrder(hasSource ? { ...fields, source } : fields, options);
        assert.ok(order.count >= 1 && order.count <= 10 && order.strength > 0 && order.prompt.isWellFormed());
      } catch (thrown) {
        if (!(thrown instanceof ServiceError)) throw thrown;
        assert.equal(thrown.code, 'invalid');
        assert.match(thrown.field ?? '', /^[a-z_]+$/);
      }
    }),
    { numRuns: 3000, seed: 4 },
  );
});
