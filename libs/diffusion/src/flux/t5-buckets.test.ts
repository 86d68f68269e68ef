import assert from 'node:assert/strict';
import { test } from 'node:test';
import { relativeBuckets } from './t5-buckets.ts';

const published = relativeBuckets({ buckets: 32, maxDistance: 128 });
const bucketOf = (distance: number) => published[distance + 128];

test('near places have a bucket each, the later ones in the second half', () => {
  assert.deepEqual([-7, -2, -1, 0, 1, 2, 7].map(bucketOf), [7, 2, 1, 0, 17, 18, 23]);
});

// From 8 on, 8 buckets share the distances up to 128 by their logarithm: bucket 8 + j begins at 8 * 2 ** (j / 2).
const borders = [
  { distance: 8, bucket: 8 },
  { distance: 11, bucket: 8 },
  { distance: 12, bucket: 9 },
  { distance: 15, bucket: 9 },
  { distance: 16, bucket: 10 },
  { distance: 31, bucket: 11 },
  { distance: 32, bucket: 12 },
  { distance: 63, bucket: 13 },
  { distance: 64, bucket: 14 },
  { distance: 90, bucket: 14 },
  { distance: 91, bucket: 15 },
  { distance: 128, bucket: 15 },
];
for (const { distance, bucket } of borders) {
  test(`distance ${distance} is in bucket ${bucket}`, () => {
    assert.equal(bucketOf(-distance), bucket);
    assert.equal(bucketOf(distance), 16 + bucket);
  });
}

test('all buckets are used and grow with the distance, whatever their number', () => {
  for (const [buckets, maxDistance] of [
    [8, 16],
    [32, 100],
    [64, 256],
  ] as const) {
    const after = relativeBuckets({ buckets, maxDistance }).slice(maxDistance + 1);
    assert.deepEqual(
      after,
      after.toSorted((a, b) => a - b),
    );
    assert.equal(new Set(after).size, buckets / 2 - 1, 'all but the bucket of distance 0');
    assert.equal(after.at(-1), buckets - 1);
  }
});
