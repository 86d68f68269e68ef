import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { LruPolicy } from './lru-policy.ts';
import type { EvictionPolicy } from './policy.ts';
import { ValuePolicy } from './value-policy.ts';

const makers: readonly (() => EvictionPolicy)[] = [() => new LruPolicy(), () => new ValuePolicy()];
for (const make of makers) {
  const { name } = make();

  test(`${name}: gives up what may go and is kept, and nothing else`, () => {
    const policy = make();
    assert.equal(
      policy.victim(() => true, 0),
      undefined,
    );
    for (const id of ['a', 'b', 'c']) policy.add({ id, bytes: 10, savedMs: 1 }, 0);
    for (const id of ['a', 'b', 'c', 'unknown']) policy.use(id, 1);
    assert.equal(
      policy.victim(() => false, 2),
      undefined,
    );
    assert.equal(
      policy.victim((id) => id === 'b', 2),
      'b',
    );
    policy.remove('b');
    policy.remove('unknown');
    assert.equal(
      policy.victim((id) => id === 'b', 2),
      undefined,
    );
  });

  test(`${name}: of equals, the one that was used longest ago goes`, () => {
    const policy = make();
    for (const id of ['a', 'b', 'c']) {
      policy.add({ id, bytes: 10, savedMs: 1 }, 0);
      policy.use(id, 0);
    }
    policy.use('a', 5);
    policy.use('b', 5);
    policy.use('c', 5);
    assert.equal(
      policy.victim(() => true, 5),
      'a',
    );
  });
}

test('value: small, costly and often used stays; large, cheap or rarely used goes', () => {
  for (const [id, entry] of Object.entries({
    large: { bytes: 100, savedMs: 10, uses: 5 },
    cheap: { bytes: 10, savedMs: 1, uses: 5 },
    rare: { bytes: 10, savedMs: 10, uses: 1 },
  })) {
    const policy = new ValuePolicy();
    policy.add({ id: 'good', bytes: 10, savedMs: 10 }, 0);
    policy.add({ id, ...entry }, 0);
    for (let use = 0; use < 5; use++) policy.use('good', 0);
    for (let use = 0; use < entry.uses; use++) policy.use(id, 0);
    assert.equal(
      policy.victim(() => true),
      id,
    );
  }
});

test('value: a burst fades, and what was given up is remembered when it comes back', () => {
  const policy = new ValuePolicy({ halfLifeMs: 100 });
  const entry = { bytes: 10, savedMs: 1 };
  policy.add({ id: 'burst', ...entry }, 0);
  policy.add({ id: 'steady', ...entry }, 0);
  for (let use = 0; use < 20; use++) policy.use('burst', 0);
  policy.use('steady', 100);
  assert.equal(
    policy.victim(() => true),
    'steady',
  );
  for (let at = 200; at <= 1000; at += 100) policy.use('steady', at);
  assert.equal(
    policy.victim(() => true),
    'burst',
  );
  policy.remove('steady');
  policy.add({ id: 'steady', ...entry }, 1100);
  policy.add({ id: 'new', ...entry }, 1100);
  policy.use('new', 1100);
  assert.equal(
    policy.victim((id) => id !== 'burst'),
    'steady',
  );
  policy.use('steady', 1100);
  assert.equal(
    policy.victim((id) => id !== 'burst'),
    'new',
  );
});

test('value: what just came is not given up before it could be used, nor kept for ever if nobody does', () => {
  const policy = new ValuePolicy({ halfLifeMs: 100 });
  policy.add({ id: 'old', bytes: 100, savedMs: 1 }, 0);
  policy.use('old', 0);
  policy.add({ id: 'new', bytes: 10, savedMs: 1 }, 0);
  assert.equal(
    policy.victim(() => true),
    'old',
  );
  for (let at = 100; at <= 2000; at += 100) policy.use('old', at);
  assert.equal(
    policy.victim(() => true),
    'new',
  );
});

test('value: the heap gives up what a look at every entry would, after any events', () => {
  const halfLifeMs = 100;
  const events = fc.array(
    fc.record({
      kind: fc.constantFrom('add', 'use', 'use', 'remove'),
      id: fc.integer({ min: 0, max: 20 }).map(String),
      bytes: fc.integer({ min: 1, max: 50 }),
      savedMs: fc.integer({ min: 0, max: 50 }),
      afterMs: fc.integer({ min: 0, max: 60 }),
    }),
    { maxLength: 60 },
  );
  fc.assert(
    fc.property(events, fc.integer({ min: 1, max: 5 }), (given, every) => {
      const policy = new ValuePolicy({ halfLifeMs });
      const uses = new Map<string, { readonly uses: number; readonly atMs: number }>();
      const kept = new Map<string, number>();
      let nowMs = 0;
      const mayGo = (id: string) => Number(id) % every === 0;
      const usesOf = (id: string) => {
        const { uses: counted, atMs } = uses.get(id) ?? { uses: 0, atMs: nowMs };
        return counted * 2 ** ((atMs - nowMs) / halfLifeMs);
      };
      for (const { kind, id, bytes, savedMs, afterMs } of given) {
        nowMs += afterMs;
        if (kind === 'remove') {
          policy.remove(id);
          kept.delete(id);
        } else if (kind === 'add') {
          policy.add({ id, bytes, savedMs }, nowMs);
          uses.set(id, { uses: Math.max(1, usesOf(id)), atMs: nowMs });
          kept.set(id, savedMs / bytes);
        } else {
          policy.use(id, nowMs);
          if (kept.has(id)) uses.set(id, { uses: usesOf(id) + 1, atMs: nowMs });
        }
        const value = (of: string) => (kept.get(of) ?? 0) * usesOf(of);
        const victim = policy.victim(mayGo);
        const candidates = [...kept.keys()].filter(mayGo);
        assert.equal(victim === undefined, candidates.length === 0);
        if (victim === undefined) continue;
        assert.ok(mayGo(victim) && kept.has(victim));
        for (const other of candidates)
          assert.ok(value(victim) <= value(other) * (1 + 1e-9), `${victim}, not ${other}`);
      }
    }),
    { numRuns: 500, seed: 97 },
  );
});
