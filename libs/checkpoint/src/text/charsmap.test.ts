import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import * as fc from 'fast-check';
import { t5Folder } from '../testing.ts';
import { CharsMap } from './charsmap.ts';

const { normalizer } = JSON.parse(await readFile(join(t5Folder, 'tokenizer.json'), 'utf8'));
const bytes = Buffer.from(normalizer.normalizers[0].precompiled_charsmap, 'base64');

const rows = [
  { name: 'plain text stays', text: 'a red fox, 42%', want: 'a red fox, 42%' },
  { name: 'ligatures and wide letters are taken apart', text: 'ﬁne ＦＵＬＬ ½ ②', want: 'fine FULL 1⁄2 2' },
  { name: 'letters and their marks are joined', text: 'cafe\u0301', want: 'café' },
  { name: 'spaces of any kind become one', text: 'a\u00a0b\u3000c\u200bd\te', want: 'a b c d e' },
  { name: 'a line end of two characters becomes one space', text: 'a\r\nb', want: 'a b' },
  { name: 'control characters vanish', text: 'a\u0001b', want: 'ab' },
  { name: 'joined emoji stay joined', text: '🧑\u200d🚀', want: '🧑\u200d🚀' },
  { name: 'a full-width tilde stays', text: '～', want: '～' },
];
for (const { name, text, want } of rows) {
  test(`the published character map: ${name}`, () => {
    assert.equal(new CharsMap(bytes).normalize(text), want);
  });
}

test('a damaged character map is refused or answers, but never hangs or reads outside itself', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 4, maxLength: 400 }),
      fc.nat(100),
      fc.string({ unit: 'binary' }),
      (raw, units, text) => {
        const damaged = Uint8Array.from(raw);
        new DataView(damaged.buffer).setUint32(0, 4 * units, true);
        try {
          assert.equal(typeof new CharsMap(damaged).normalize(text), 'string');
        } catch (thrown) {
          assert.ok(thrown instanceof RangeError);
        }
      },
    ),
    { numRuns: 500, seed: 7 },
  );
});

test('an empty character map is refused', () => {
  assert.throws(() => new CharsMap(new Uint8Array(0)), RangeError);
});
