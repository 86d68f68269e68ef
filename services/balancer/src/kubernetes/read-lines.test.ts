import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readLines } from './read-lines.ts';

async function* cut(text: string, cuts: readonly number[]): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  const places = [0, ...cuts.map((at) => at % (bytes.length + 1)), bytes.length].toSorted((a, b) => a - b);
  for (const [index, from] of places.entries()) yield bytes.subarray(from, places[index + 1] ?? bytes.length);
}

test('lines are the same however they are cut; half a line at the end is dropped (seed 3)', async () => {
  const line = fc.string({ unit: 'grapheme', maxLength: 20 }).map((text) => text.replaceAll(/[\n\r]/g, '-'));
  await fc.assert(
    fc.asyncProperty(fc.array(line), line, fc.array(fc.nat()), async (lines, half, cuts) => {
      const text = `${lines.map((each) => `${each}\n`).join('')}${half}`;
      assert.deepEqual(
        await Array.fromAsync(readLines(cut(text, cuts), 1000)),
        lines.filter((each) => each !== ''),
      );
    }),
    { seed: 3, numRuns: 300 },
  );
});

test('a line without an end is refused at its bound', async () => {
  await assert.rejects(Array.fromAsync(readLines(cut('x'.repeat(100), [50]), 60)), RangeError);
});
