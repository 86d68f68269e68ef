import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TemplateRecord } from '@instgenie/templates';
import fc from 'fast-check';
import { noteVariants, type UsedVariant } from './note-variants.ts';
import { key } from './testing.ts';

const settings = { ttlMs: 1e9, inlineTtlMs: 1e9 };
const empty = { createdAt: new Date(0).toISOString(), variants: [] as TemplateRecord['variants'] } as TemplateRecord;

test('what is not kept is no variant, and one without a route is replaced by itself with one', () => {
  const unkept = noteVariants(empty, [{ key: key(1), bytes: 0, route: key(2) }], { settings, nowMs: 1 });
  assert.equal(unkept.record, empty);
  const primed = { ...empty, variants: [{ key: key(1), bytes: 5 }] };
  const { record } = noteVariants(primed, [{ key: key(1), bytes: 5, route: key(2) }], { settings, nowMs: 1 });
  assert.deepEqual(record.variants, [{ key: key(1), bytes: 5, route: key(2) }]);
});

test('whatever comes, the latest are known, each route of a variant once, and what is dropped is known no more', () => {
  const used = fc.record({ key: fc.nat(700).map(key), bytes: fc.constant(5), route: fc.nat(3).map(key) });
  fc.assert(
    fc.property(fc.array(fc.array(used, { minLength: 1, maxLength: 64 }), { maxLength: 40 }), (batches) => {
      let known = empty;
      const gone = new Set<string>();
      for (const [at, batch] of batches.entries()) {
        const { record, dropped } = noteVariants(known, unique(batch), { settings, nowMs: at });
        for (const name of dropped) gone.add(name);
        for (const variant of record.variants) gone.delete(variant.key);
        const keys = new Set(record.variants.map((variant) => variant.key));
        assert.ok(dropped.every((name) => !keys.has(name)));
        assert.ok(known.variants.every((variant) => keys.has(variant.key) || gone.has(variant.key)));
        assert.ok(batch.every((variant) => keys.has(variant.key)));
        assert.ok(record.variants.length <= 500);
        const names = record.variants.map((variant) => `${variant.key} ${variant.route}`);
        assert.equal(new Set(names).size, names.length);
        known = record;
      }
    }),
    { seed: 5, numRuns: 60 },
  );
});

function unique(batch: readonly UsedVariant[]): readonly UsedVariant[] {
  return [...new Map(batch.map((variant) => [`${variant.key} ${variant.route}`, variant])).values()];
}
