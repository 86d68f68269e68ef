import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { type VariantKey, type VariantShape, variantKey } from '@instgenie/domain';
import { type WarmParts, warmUp } from './warm-up.ts';

const keyOf = (name: string) => variantKey(createHash('sha256').update(name).digest('hex'));
const shape: VariantShape = { steps: [0], chunkBytes: [4096] };
const never = new AbortController().signal;

function parts(names: readonly string[], other: Partial<WarmParts> = {}) {
  const copied: VariantKey[] = [];
  const all: WarmParts = {
    popular: async (count) => names.map(keyOf).slice(0, count),
    isHeld: () => false,
    findAtPeers: async () => shape,
    fits: () => true,
    copy: async (key) => {
      copied.push(key);
      return true;
    },
    ...other,
  };
  return { all, copied };
}

test('the most used variants are copied, and no more than are wanted', async () => {
  const { all, copied } = parts(['a', 'b', 'c', 'd']);
  assert.deepEqual(await warmUp({ variants: 2 }, all, never), { copied: 2, held: 0, isLate: false });
  assert.deepEqual(copied, [keyOf('a'), keyOf('b')]);
});

test('what is here, what nobody has, and what no model here can use is not copied', async () => {
  const { all, copied } = parts(['here', 'nowhere', 'other model', 'breaks', 'good'], {
    isHeld: (key) => key === keyOf('here'),
    findAtPeers: async (key) => {
      if (key === keyOf('breaks')) throw new Error('a peer broke');
      if (key === keyOf('nowhere')) return undefined;
      return key === keyOf('other model') ? { ...shape, chunkBytes: [4096, 4096] } : shape;
    },
    fits: ({ chunkBytes }) => chunkBytes.length === 1,
  });
  assert.deepEqual(await warmUp({ variants: 5 }, all, never), { copied: 1, held: 1, isLate: false });
  assert.deepEqual(copied, [keyOf('good')]);
});

test('without an index nothing is copied, and the worker starts all the same', async () => {
  const { all } = parts([], { popular: () => Promise.reject(new Error('Redis is gone')) });
  assert.deepEqual(await warmUp({ variants: 3 }, all, never), { copied: 0, held: 0, isLate: false });
});

test('when its time is over it waits for nothing any more', async () => {
  const time = new AbortController();
  const { all } = parts(['a', 'b'], {
    copy: () => {
      time.abort();
      return new Promise(() => undefined);
    },
  });
  assert.deepEqual(await warmUp({ variants: 2 }, all, time.signal), { copied: 0, held: 0, isLate: true });
});
