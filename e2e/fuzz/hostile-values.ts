import fc from 'fast-check';

/** What `fc.oneof` takes, each with how often. */
const often = <Value>(weight: number, arbitrary: fc.Arbitrary<Value>) => ({ weight, arbitrary });

const nastyTexts = [
  '',
  '\0',
  '../../../../etc/passwd',
  '..\\..\\windows',
  'a/b',
  '%00%2e%2e%2f',
  '\u202Etxt.exe',
  '\uFEFF\u200B',
  '{{7*7}}',
  '${jndi:ldap://x}',
  "' OR 1=1 --",
  '<script>alert(1)</script>',
  '__proto__',
  'constructor',
  'toString',
  '\r\nset-cookie: a=b',
  '*',
  '?',
  'NaN',
  '-1',
  'null',
  'a'.repeat(64),
  'a'.repeat(65),
  'f'.repeat(24),
  '0'.repeat(32),
  'F'.repeat(24),
  '🎨'.repeat(16_000),
  'x'.repeat(32_000),
  'x'.repeat(32_001),
];

/** Texts that have broken programs before, and any others. */
export const texts: fc.Arbitrary<string> = fc.oneof(
  often(400, fc.constantFrom(...nastyTexts)),
  often(400, fc.string({ unit: 'binary', maxLength: 80 })),
  often(200, fc.string({ unit: 'grapheme', maxLength: 80 })),
  often(
    2,
    fc.integer({ min: 100_000, max: 1_000_000 }).map((length) => 'y'.repeat(length)),
  ),
);

export const unsigned32: fc.Arbitrary<number> = fc.oneof(
  fc.constantFrom(0, 1, 2, 15, 16, 255, 256, 257, 1000, 1001, 4096, 4097, 65_535, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1),
  fc.nat({ max: 20 }),
);

export const unsigned64: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom('0', '1', '4294967295', '4294967296', '9007199254740991', '9007199254740993', '18446744073709551615'),
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(String),
);

export const doubles: fc.Arbitrary<number> = fc.oneof(
  fc.constantFrom(0, -0, 1, 0.5, -1, 1000, 1000.5, Number.NaN, Infinity, -Infinity, Number.MIN_VALUE, Number.MAX_VALUE),
  fc.double(),
);

export const durations = fc.option(
  fc.record({
    seconds: fc.oneof(
      fc.constantFrom('0', '1', '-1', '60', '61', '315576000000', '9223372036854775807', '-9223372036854775808'),
      fc.nat({ max: 5 }).map(String),
    ),
    nanos: fc.constantFrom(0, 1, -1, 999_999_999, 1_000_000_000, 2 ** 31 - 1, -(2 ** 31)),
  }),
  { nil: undefined },
);

/** Also numbers that the enum does not have. */
export const enums: fc.Arbitrary<number> = fc.oneof(fc.nat({ max: 5 }), fc.constantFrom(99, -1, 2 ** 31 - 1));

const png = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** A png's first bytes that promise a picture of any size. */
const promisedPngs = fc
  .record({ width: unsigned32, height: unsigned32, kind: fc.nat({ max: 7 }) })
  .map(({ width, height, kind }) => {
    const header = Buffer.alloc(25);
    header.writeUInt32BE(13, 0);
    header.write('IHDR', 4, 'latin1');
    header.writeUInt32BE(width, 8);
    header.writeUInt32BE(height, 12);
    header[16] = 8;
    header[17] = kind;
    return Buffer.concat([png, header, Buffer.alloc(40, 0x41)]);
  });

const otherFiles = [
  Buffer.alloc(0),
  Buffer.from('GIF89a\x01\x00\x01\x00\x80\x00\x00', 'latin1'),
  Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>'),
  Buffer.from('%PDF-1.7\n'),
  Buffer.from('II*\0\x08\0\0\0', 'latin1'),
  Buffer.from('\0\0\0\x20ftypheic', 'latin1'),
  Buffer.from('RIFF\xff\xff\xff\xffWEBPVP8X', 'latin1'),
  Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 0x10]),
];

/** Files that are no pictures, or bad ones, or `good` ones, also with bytes that were changed or lost. */
export function files(good: readonly Uint8Array[]): fc.Arbitrary<Uint8Array> {
  const whole = fc.constantFrom(...good);
  return fc.oneof(
    often(3, whole),
    often(2, damaged(whole)),
    often(1, promisedPngs),
    often(1, fc.constantFrom(...otherFiles)),
    often(1, fc.uint8Array({ maxLength: 200 })),
  );
}

/** Bytes with some of them changed, cut off, repeated or added. */
export function damaged(bytes: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Buffer> {
  const at = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  const harm = fc.record({
    kind: fc.constantFrom('change', 'cut', 'repeat', 'add'),
    from: at,
    to: at,
    byte: fc.nat({ max: 255 }),
  });
  return fc.tuple(bytes, fc.array(harm, { minLength: 1, maxLength: 4 })).map(([good, harms]) => {
    let now = Buffer.from(good);
    for (const { kind, from, to, byte } of harms) {
      const first = Math.floor(Math.min(from, to) * now.length);
      const last = Math.floor(Math.max(from, to) * now.length);
      if (kind === 'cut') now = Buffer.from(now.subarray(0, last));
      else if (kind === 'add')
        now = Buffer.concat([now.subarray(0, first), Buffer.from([byte, byte]), now.subarray(first)]);
      else if (kind === 'repeat') now = Buffer.concat([now.subarray(0, last), now.subarray(first, first + 64)]);
      else if (now.length > 0) now[first] = byte;
    }
    return now;
  });
}
