import assert from 'node:assert/strict';
import test from 'node:test';
import * as fc from 'fast-check';
import { Unigram } from './unigram.ts';

const pieces = fc
  .uniqueArray(fc.string({ unit: fc.constantFrom('a', 'b', '▁', '京', '🐎'), minLength: 1, maxLength: 4 }), {
    maxLength: 12,
  })
  .chain((texts) => fc.tuple(...texts.map((text) => fc.tuple(fc.constant(text), fc.integer({ min: -40, max: -1 })))));

/** The best sum by trying every cut of the word: unknown characters cost ten more than the worst piece. */
function bestSum(word: readonly string[], scores: ReadonlyMap<string, number>, unknown: number): number {
  if (word.length === 0) return 0;
  let best = -Infinity;
  for (let length = 1; length <= word.length; length++) {
    const score = scores.get(word.slice(0, length).join('')) ?? (length === 1 ? unknown : undefined);
    if (score !== undefined) best = Math.max(best, score + bestSum(word.slice(length), scores, unknown));
  }
  return best;
}

test('no cut of a word has a higher sum than the chosen pieces', () => {
  fc.assert(
    fc.property(pieces, fc.array(fc.constantFrom('a', 'b', '▁', '京', '🐎', 'x'), { maxLength: 8 }), (known, word) => {
      const vocabulary = [['<unk>', 0] as const, ...known];
      const unknown = Math.min(...vocabulary.map(([, score]) => score)) - 10;
      const ids = new Unigram(vocabulary, 0).encode(word.join(''));
      const chosen = ids.reduce((sum, id) => sum + (id === 0 ? 0 : (vocabulary[id]?.[1] ?? 0)), 0);
      const text = ids.map((id) => (id === 0 ? '' : vocabulary[id]?.[0])).join('');
      const unknownChars = word.length - Array.from(text).length;
      assert.equal(chosen + unknownChars * unknown, bestSum(word, new Map(known), unknown));
    }),
    { numRuns: 500 },
  );
});

test('unknown characters in a row become one id', () => {
  const unigram = new Unigram(
    [
      ['<unk>', 0],
      ['a', -1],
      ['▁', -2],
    ],
    0,
  );
  assert.deepEqual(unigram.encode('▁🐎東a京'), [2, 0, 1, 0]);
  assert.deepEqual(unigram.encode(''), []);
});

test('of equal sums the piece that begins first wins', () => {
  const unigram = new Unigram(
    [
      ['<unk>', 0],
      ['ab', -2],
      ['a', -1],
      ['b', -1],
    ],
    0,
  );
  assert.deepEqual(unigram.encode('ab'), [1]);
});
