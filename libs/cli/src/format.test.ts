import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytesText, countText, decibelText, finiteOrNull, percentText, secondsText } from './format.ts';

for (const [bytes, want] of [
  [0, '0 bytes'],
  [999, '999 bytes'],
  [1000, '1.0 KB'],
  [99_949, '99.9 KB'],
  [99_950, '100 KB'],
  [999_499, '999 KB'],
  [999_500, '1.0 MB'],
  [15_728_640, '15.7 MB'],
  [2.9e9, '2.9 GB'],
  [1e18, '1000 PB'],
] as const) {
  test(`${bytes} bytes read ${want}`, () => assert.equal(bytesText(bytes), want));
}

test('numbers read as people write them', () => {
  assert.equal(countText(7542016), '7,542,016');
  assert.equal(countText(12), '12');
  assert.equal(percentText(0.0703), '7.0 %');
  assert.equal(secondsText(1836), '1.84 s');
  assert.equal(decibelText(34.12), '34.1 dB');
});

test('equal pictures have no number of decibels', () => {
  assert.equal(decibelText(Number.POSITIVE_INFINITY), 'equal');
  assert.equal(finiteOrNull(Number.POSITIVE_INFINITY), null);
  assert.equal(finiteOrNull(30), 30);
});
