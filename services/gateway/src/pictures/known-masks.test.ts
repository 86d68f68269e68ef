import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KnownMasks } from './known-masks.ts';
import type { MaskFacts } from './picture-protocol.ts';

const facts = (maskedTokens: number) => ({ maskedTokens }) as MaskFacts;
const call = {
  picture: { width: 64, height: 48 },
  mask: Uint8Array.of(1, 2, 3),
  mode: 'white',
  grow: 0,
  modelSide: 64,
} as const;

test('a mask is known by all that decides its facts', () => {
  const masks = new KnownMasks(10);
  const others = [
    { ...call, mask: Uint8Array.of(1, 2, 4) },
    { ...call, mode: 'black' as const },
    { ...call, grow: 1 },
    { ...call, modelSide: 128 },
    { ...call, picture: { width: 48, height: 64 } },
  ];
  const keys = new Set([call, { ...call, mask: Uint8Array.of(1, 2, 3) }, ...others].map((each) => masks.keyOf(each)));
  assert.equal(keys.size, 1 + others.length);
  assert.equal(masks.keyOf({ ...call, picture: Uint8Array.of(1), mask: undefined }), undefined);
});

test('of too many masks the one that was not used for longest is forgotten', () => {
  const masks = new KnownMasks(2);
  masks.keep('a', facts(1));
  masks.keep('b', facts(2));
  assert.equal(masks.find('a')?.maskedTokens, 1);
  masks.keep('c', facts(3));
  assert.deepEqual(
    ['a', 'b', 'c'].map((key) => masks.find(key)?.maskedTokens),
    [1, undefined, 3],
  );
});
