import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ServiceError } from '@instgenie/domain';
import fc from 'fast-check';
import { parseTemplateSettings } from './parse-template.ts';

test('what is left out is as usual', () => {
  assert.deepEqual(parseTemplateSettings({ model: '', prompt: undefined }), {
    name: '',
    model: undefined,
    steps: undefined,
    guidance: undefined,
    prompt: '',
    noiseSeed: 0,
    keepEvery: 1,
    ttlMs: undefined,
  });
});

test('whatever comes is settings within their bounds, or a refusal that names a field as the caller does', () => {
  const any = fc.oneof(
    fc.anything(),
    fc.double(),
    fc.string({ unit: 'binary' }),
    fc.nat(2000),
    fc.constantFrom(1, 60_000, 'x'),
  );
  const names = ['name', 'model', 'steps', 'guidance', 'prompt', 'noiseSeed', 'keepEvery', 'ttlMs'] as const;
  const fields = fc.record(Object.fromEntries(names.map((name) => [name, any])), { requiredKeys: [] });
  const called = new Set<string>();
  fc.assert(
    fc.property(fields, (said) => {
      try {
        const {
          name,
          steps,
          guidance = 0,
          noiseSeed,
          keepEvery,
          ttlMs,
        } = parseTemplateSettings(said, {
          prefix: 'settings.',
          names: { ttlMs: 'ttl_seconds' },
        });
        assert.ok(name.isWellFormed() && (steps ?? 1) >= 1 && guidance >= 0 && guidance <= 1000);
        assert.ok(Number.isInteger(noiseSeed) && noiseSeed < 2 ** 32 && keepEvery >= 1 && (ttlMs ?? 6e4) >= 6e4);
      } catch (thrown) {
        assert.ok(thrown instanceof ServiceError && thrown.code === 'invalid', String(thrown));
        called.add(thrown.field ?? '');
      }
    }),
    { seed: 4, numRuns: 3000 },
  );
  const wanted = ['name', 'model', 'steps', 'guidance', 'prompt', 'noise_seed', 'keep_every'];
  assert.deepEqual([...called].toSorted(), [...wanted.map((name) => `settings.${name}`), 'ttl_seconds'].toSorted());
});
