import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type VariantKey, variantKey } from '@instgenie/domain';
import { DiskTier, variantBytes } from '../disk/disk-tier.ts';
import { LruPolicy } from '../eviction/lru-policy.ts';
import { ValuePolicy } from '../eviction/value-policy.ts';
import { MemoryTier, type Wanted } from './memory-tier.ts';
import { RangeAllocator } from './range-allocator.ts';

/** Whole numbers below `limit`, the same for the same seed. */
function randomNumbers(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % limit;
  };
}

const key = (index: number): VariantKey => variantKey(index.toString(16).padStart(64, '0'));

test('ranges never overlap, and freed ones join their neighbours (seed 1)', () => {
  const random = randomNumbers(1);
  const ranges = new RangeAllocator(64 * 4096);
  const used: number[] = [];
  for (let operation = 0; operation < 20_000; operation++) {
    const start = random(3) > 0 ? ranges.take((1 + random(6)) * 4096) : undefined;
    if (start !== undefined) used.push(start);
    else if (used.length > 0) ranges.give(used.splice(random(used.length), 1)[0] ?? 0);
    if (operation % 100 === 0) ranges.checkIntegrity();
  }
  for (const start of used) ranges.give(start);
  ranges.checkIntegrity();
  assert.equal(ranges.usedBytes, 0);
  assert.equal(ranges.take(64 * 4096), 0);
  assert.equal(ranges.take(4096), undefined);
  assert.throws(() => ranges.give(4096), /no range in use/);
});

for (const policy of [new LruPolicy(), new ValuePolicy()]) {
  test(`memory stays within its budget in half a million operations, and what is lent stays (${policy.name}, seed 2)`, () => {
    const random = randomNumbers(2);
    const bytes = 48 * 4096;
    let nowMs = 0;
    const tier = new MemoryTier({ bytes, policy, now: () => nowMs++ });
    const shapes = [{ chunkBytes: [4096, 4096, 8192] }, { chunkBytes: [12_288, 4096] }];
    const lent: { readonly wanted: Wanted; readonly offsets: readonly number[] }[] = [];
    for (let operation = 0; operation < 500_000; operation++) {
      const kind = random(8);
      const variant = random(12);
      const shape = shapes[variant % 2] ?? { chunkBytes: [4096] };
      if (kind < 4) {
        const chunks = [...shape.chunkBytes.keys()].filter((chunk) => chunk === 0 || random(4) > 0);
        const wanted = tier.want({ key: key(variant), step: random(3), shape, savedMs: 1 }, chunks);
        if (wanted !== undefined) {
          for (const chunk of wanted.missing) wanted.step.gate.settle(chunk, random(50) > 0 ? 'ready' : 'failed');
          lent.push({ wanted, offsets: [...wanted.step.offsets] });
        }
      } else if (kind < 7) {
        const [ended] = lent.splice(random(Math.max(lent.length, 1)), 1);
        if (ended !== undefined) {
          for (const [chunk, start] of ended.offsets.entries()) {
            if (start >= 0) assert.equal(ended.wanted.step.offsets[chunk], start);
          }
          tier.release(ended.wanted.step);
        }
      } else if (random(20) === 0) tier.dropVariant(key(variant));
      while (lent.length > 12) tier.release((lent.shift() ?? assert.fail()).wanted.step);
      assert.ok(tier.usedBytes >= 0 && tier.usedBytes <= bytes);
      if (operation % 5_000 === 0) tier.checkIntegrity();
    }
    for (const { wanted } of lent) tier.release(wanted.step);
    const known = [...tier.bytesByVariant().values()];
    assert.equal(
      known.reduce((sum, each) => sum + each, 0),
      tier.usedBytes,
    );
    for (let variant = 0; variant < 12; variant++) tier.dropVariant(key(variant));
    assert.equal(tier.usedBytes, 0);
  });
}

test('the disk stays within its budget in half a million operations (seed 3)', () => {
  const random = randomNumbers(3);
  let nowMs = 0;
  const bytesMax = 4_000_000;
  const tier = new DiskTier({ bytesMax, policy: new ValuePolicy(), now: () => nowMs++ });
  const leaving: (() => void)[] = [];
  let refused = 0;
  const take = (victim: VariantKey) => {
    const removed = tier.remove(victim);
    assert.ok(removed !== undefined);
    leaving.push(removed.left);
  };
  for (let operation = 0; operation < 500_000; operation++) {
    const chosen = key(random(60));
    const known = tier.find(chosen);
    const kind = random(10);
    if (known === undefined && kind < 5) {
      const shape = { steps: [0], chunkBytes: [(1 + random(200)) * 4096] };
      try {
        // A variant is written once the files of those that go are gone.
        for (const victim of tier.victimsFor(variantBytes(shape))) take(victim);
        for (const left of leaving.splice(0)) left();
        tier.add({
          manifest: { key: chosen, generation: '0'.repeat(32), shape, recomputeMs: 5 },
          isWhole: true,
          steps: [0],
        });
      } catch {
        refused++;
      }
    } else if (known !== undefined && kind < 7) {
      known.isPinned = random(6) === 0;
      tier.use(chosen);
    } else if (known !== undefined && kind === 7) known.users = random(2);
    else if (known !== undefined && kind === 8 && known.users === 0) take(chosen);
    assert.ok(tier.usedBytes <= bytesMax && tier.usedBytes >= 0, `${tier.usedBytes}`);
  }
  assert.ok(refused > 0);
});
