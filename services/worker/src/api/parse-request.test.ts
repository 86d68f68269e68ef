import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ServiceError } from '@instgenie/domain';
import { type EditRequest, workerServiceDefinition } from '@instgenie/rpc';
import fc from 'fast-check';
import { parseEdit } from './parse-request.ts';

const { requestSerialize, requestDeserialize } = workerServiceDefinition().Edit;
const bytes = fc.uint8Array({ maxLength: 40 }).map((values) => Buffer.from(values));
/** Mostly right, so that every field has its turn. */
const number = fc.oneof(
  { weight: 9, arbitrary: fc.integer({ min: 1, max: 8 }) },
  fc.constantFrom(0, 2000, 2 ** 32 - 1),
);
const double = fc.oneof(
  { weight: 9, arbitrary: fc.constant(0.5) },
  fc.double(),
  fc.constantFrom(0, 1, Number.NaN, Number.POSITIVE_INFINITY),
);
const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 80 }), fc.string({ maxLength: 80 }));
const template = fc.record(
  {
    model: text,
    inline: bytes,
    steps: number,
    guidance: double,
    prompt: text,
    noiseSeed: fc.maxSafeNat(),
    keepEvery: number,
    owner: text,
  },
  { requiredKeys: [] },
);
const requests: fc.Arbitrary<EditRequest> = fc.record(
  {
    editId: fc.oneof(text, { weight: 9, arbitrary: fc.constant('edit-1') }),
    tenant: text,
    priority: fc
      .oneof({ weight: 9, arbitrary: fc.integer({ min: 0, max: 3 }) }, fc.constant(9))
      .map((value) => value as never),
    template,
    mask: bytes,
    maskMode: fc
      .oneof({ weight: 9, arbitrary: fc.integer({ min: 0, max: 3 }) }, fc.constant(9))
      .map((value) => value as never),
    grow: number,
    feather: number,
    prompt: text,
    seed: fc.maxSafeNat(),
    strength: double,
    previews: number,
    checkpointEvery: number,
    mark: fc.boolean(),
    size: fc.record({ width: fc.constantFrom(15, 16, 4096, 4097), height: fc.constant(64) }),
    orphanMs: fc.constantFrom(0, 60_000, 60_001),
    resume: fc.record({ stepsDone: number, latents: bytes, fingerprint: text }),
    format: fc
      .oneof({ weight: 9, arbitrary: fc.integer({ min: 0, max: 3 }) }, fc.constant(9))
      .map((value) => value as never),
  },
  { requiredKeys: [] },
);

/** As it comes from the wire. */
function received(request: EditRequest) {
  return requestDeserialize(requestSerialize(request));
}

test('whatever comes is an edit within its bounds, or a refusal that names a field of the request', () => {
  const fields = new Set<string>();
  fc.assert(
    fc.property(requests, (request) => {
      try {
        const { id, grow, previews, strength, size, orphanMs, template: asked } = parseEdit(received(request));
        assert.match(id, /^[a-zA-Z0-9_-]{1,64}$/);
        assert.ok(orphanMs <= 60_000 && (size === undefined || (size.width >= 16 && size.width <= 4096)));
        assert.ok(grow <= 256 && previews <= 8 && strength > 0 && strength <= 1 && asked.keepEvery >= 1);
      } catch (thrown) {
        if (!(thrown instanceof ServiceError)) throw thrown;
        assert.equal(thrown.code, 'invalid');
        assert.match(thrown.field ?? '', /^[a-z_]+(\.[a-z_]+)?$/);
        fields.add(thrown.field ?? '');
      }
    }),
    { numRuns: 5000, seed: 3 },
  );
  assert.ok(fields.size > 8, [...fields].join());
});

test('what is left out is as usual', () => {
  const job = parseEdit(received({ editId: 'a', template: { inline: Buffer.of(1), picture: 'inline' } }));
  assert.deepEqual(
    { ...job, template: { ...job.template, source: undefined } },
    {
      id: 'a',
      tenant: '',
      priority: 'normal',
      template: {
        model: undefined,
        source: undefined,
        steps: undefined,
        guidance: undefined,
        prompt: '',
        noiseSeed: 0,
        keepEvery: 1,
        owner: undefined,
      },
      mask: { kind: 'alpha' },
      maskMode: 'auto',
      grow: 0,
      feather: 0,
      prompt: '',
      seed: 'template',
      strength: 1,
      isDense: false,
      mustBeWarm: false,
      previews: 0,
      checkpointEvery: 0,
      resume: undefined,
      format: 'png',
      isMarked: false,
      size: undefined,
      orphanMs: 0,
    },
  );
});
