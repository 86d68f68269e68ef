import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LruPolicy } from './lru-policy.ts';
import { ValuePolicy } from './value-policy.ts';

for (const make of [() => new LruPolicy(), () => new ValuePolicy()]) {
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
      policy.victim(() => true, 1),
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
    policy.victim(() => true, 100),
    'steady',
  );
  for (let at = 200; at <= 1000; at += 100) policy.use('steady', at);
  assert.equal(
    policy.victim(() => true, 1000),
    'burst',
  );
  policy.remove('steady');
  policy.add({ id: 'steady', ...entry }, 1100);
  policy.add({ id: 'new', ...entry }, 1100);
  policy.use('new', 1100);
  assert.equal(
    policy.victim((id) => id !== 'burst', 1100),
    'steady',
  );
  policy.use('steady', 1100);
  assert.equal(
    policy.victim((id) => id !== 'burst', 1100),
    'new',
  );
});
