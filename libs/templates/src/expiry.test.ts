import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { expiresAtMs, isExpired, needsTouch } from './expiry.ts';
import type { TemplateRecord } from './template-record.ts';

const settings = { ttlMs: 1000_000, inlineTtlMs: 200_000 };
const iso = (ms: number) => new Date(ms).toISOString();
const record = (fields: Partial<TemplateRecord>) => ({ createdAt: iso(0), ...fields }) as TemplateRecord;

const rows = [
  { name: 'added by somebody', fields: {}, want: 1000_000 },
  { name: 'came with an edit', fields: { isInline: true }, want: 200_000 },
  { name: 'with a time of its own', fields: { isInline: true, ttlMs: 5000 }, want: 5000 },
  { name: 'used later', fields: { ttlMs: 5000, lastUsedAt: iso(3000) }, want: 8000 },
  { name: 'pinned', fields: { isPinned: true }, want: 1000_000 },
];
for (const { name, fields, want } of rows) {
  test(`a template that is ${name} ends after its time without an edit`, () => {
    const made = record(fields);
    assert.equal(expiresAtMs(made, settings), want);
    assert.deepEqual([isExpired(made, settings, want - 1), isExpired(made, settings, want)], [false, true]);
  });
}

test('one that is used again before its time never ends, though few uses are written down', () => {
  const uses = fc.array(fc.double({ min: 0.001, max: 0.7, noNaN: true }), { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(uses, fc.integer({ min: 60_000, max: 400 * 86_400_000 }), (gaps, ttlMs) => {
      let [lastUsedAt, nowMs, writes] = [iso(0), 0, 0];
      for (const gap of gaps) {
        nowMs += gap * ttlMs;
        const made = record({ ttlMs, lastUsedAt });
        assert.ok(!isExpired(made, settings, nowMs));
        if (!needsTouch(made, settings, nowMs)) continue;
        lastUsedAt = iso(nowMs);
        writes++;
      }
      assert.ok(writes <= nowMs / Math.min(3_600_000, ttlMs / 4) + 1);
    }),
    { seed: 11 },
  );
});
