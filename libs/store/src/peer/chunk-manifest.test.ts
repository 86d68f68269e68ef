import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ServiceError, variantKey } from '@instgenie/domain';
import type { VariantManifest__Output } from '@instgenie/rpc';
import { chunkChecksum } from '../format/checksum.ts';
import { decodeManifest, encodeManifest, manifestChecksum } from './chunk-manifest.ts';
import { contentOf, heldKey, MemorySource, nameOf } from './testing.ts';

const shape = { steps: [0, 2, 5], chunkBytes: [4096, 12_288] };
const source = new MemorySource(shape);
const right = encodeManifest(source.manifest) as VariantManifest__Output;

test('a manifest comes back as it was, with the checksum of each chunk', () => {
  const back = decodeManifest(right, heldKey);
  assert.deepEqual(back, source.manifest);
  assert.equal(
    manifestChecksum(back, { step: 5, chunk: 1 }),
    chunkChecksum(nameOf(5, 1), contentOf(nameOf(5, 1), 12_288)),
  );
  for (const name of [
    { step: 1, chunk: 0 },
    { step: 0, chunk: 2 },
    { step: 0, chunk: -1 },
  ]) {
    assert.equal(manifestChecksum(back, name), undefined);
  }
});

const step = (at: number, chunks = 2) => ({ step: at, checksums: Buffer.alloc(8 * chunks) });
const lies: Readonly<Record<string, Partial<VariantManifest__Output> | null>> = {
  'no manifest': null,
  'another variant': { key: 'ab'.repeat(32) },
  'a key that is none': { key: '../etc' },
  'a generation that is none': { generation: 'C3'.repeat(16) },
  'no chunks': { chunkBytes: [], steps: [step(0, 0)] },
  'chunks of odd lengths': { chunkBytes: [4096, 4097] },
  'an empty chunk': { chunkBytes: [0, 4096] },
  'a chunk that is too long': { chunkBytes: [4096, 2 ** 30 + 4096] },
  'too many chunks': { chunkBytes: Array<number>(4097).fill(4096), steps: [step(0, 4097)] },
  'too many chunks in all': {
    chunkBytes: Array<number>(4096).fill(4096),
    steps: range(300).map((at) => step(at, 4096)),
  },
  'too many bytes in all': { chunkBytes: Array<number>(4096).fill(2 ** 30), steps: [step(0, 4096), step(1, 4096)] },
  'no steps': { steps: [] },
  'too many steps': { steps: range(1001).map((at) => step(at)) },
  'steps that do not begin with 0': { steps: [step(1)] },
  'steps out of order': { steps: [step(0), step(2), step(2)] },
  'a step that is too far': { steps: [step(0), step(100_000)] },
  'checksums of fewer chunks': { steps: [step(0, 1)] },
  'no tier': { tier: 'TIER_UNSPECIFIED' },
};

function range(count: number): readonly number[] {
  return [...Array(count).keys()];
}

for (const [name, lie] of Object.entries(lies)) {
  test(`a manifest with ${name} is refused`, () => {
    assert.throws(
      () => decodeManifest(lie === null ? null : { ...right, ...lie }, variantKey(heldKey)),
      (thrown) => thrown instanceof ServiceError && thrown.code === 'invalid',
    );
  });
}
