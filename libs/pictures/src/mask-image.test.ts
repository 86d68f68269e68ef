import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { maskedPixels, type Picture } from '@instgenie/domain';
import { encodePicture } from './encode.ts';
import { type MaskMode, maskFromAlpha, maskFromAlphaOrAll, readMask, requireMasked } from './mask-image.ts';
import { maskLines, maskOf, pictureOf, plainPicture, raw, refused } from './testing.ts';

const size = { width: 2, height: 1 };
const png = (picture: Picture) => encodePicture(picture, 'png');

suite('which pixels say "edit here"', () => {
  const blackWhite = pictureOf(2, [
    [0, 0, 0],
    [255, 255, 255],
  ]);
  const threshold = pictureOf(2, [
    [127, 127, 127],
    [128, 128, 128],
  ]);
  /** Green is bright and blue is dark. */
  const greenBlue = pictureOf(2, [
    [0, 255, 0],
    [0, 0, 255],
  ]);
  const hole = pictureOf(2, [
    [255, 255, 255, 0],
    [255, 255, 255, 255],
  ]);
  const faint = pictureOf(2, [
    [0, 0, 0, 127],
    [0, 0, 0, 128],
  ]);
  const opaque = pictureOf(2, [
    [255, 255, 255, 255],
    [0, 0, 0, 255],
  ]);
  const invisible = pictureOf(2, [
    [255, 255, 255, 0],
    [0, 0, 0, 0],
  ]);
  const rows: { name: string; picture: Picture; mode: MaskMode; want: string }[] = [
    { name: 'white', picture: blackWhite, mode: 'white', want: '.#' },
    { name: 'white is 128 and more', picture: threshold, mode: 'white', want: '.#' },
    { name: 'white goes by luminance', picture: greenBlue, mode: 'white', want: '#.' },
    { name: 'white does not look at alpha', picture: hole, mode: 'white', want: '##' },
    { name: 'black', picture: blackWhite, mode: 'black', want: '#.' },
    { name: 'black is 127 and less', picture: threshold, mode: 'black', want: '#.' },
    { name: 'alpha', picture: hole, mode: 'alpha', want: '#.' },
    { name: 'alpha is 127 and less', picture: faint, mode: 'alpha', want: '#.' },
    { name: 'auto takes alpha that tells pixels apart', picture: hole, mode: 'auto', want: '#.' },
    { name: 'auto takes luminance without alpha', picture: blackWhite, mode: 'auto', want: '.#' },
    { name: 'auto takes luminance when all is opaque', picture: opaque, mode: 'auto', want: '#.' },
    { name: 'auto takes luminance when all is transparent', picture: invisible, mode: 'auto', want: '#.' },
  ];
  for (const { name, picture, mode, want } of rows) {
    test(name, async () => {
      assert.deepEqual(maskLines(await readMask(await png(picture), { mode, size })), [want]);
    });
  }

  test('a palette png with a transparent colour is read by its alpha', async () => {
    const file = raw(plainPicture({ width: 4, height: 4 }, [9, 9, 9, 0])).png({ palette: true });
    const mask = await readMask(await file.toBuffer(), { mode: 'alpha', size: { width: 4, height: 4 } });
    assert.equal(maskedPixels(mask), 16);
  });

  test('alpha without an alpha channel is refused', async () => {
    const reading = readMask(await png(blackWhite), { mode: 'alpha', size });
    await assert.rejects(reading, refused('mask', /no alpha channel.*; send a png that is transparent/));
  });
});

suite('the size of a mask', () => {
  const corner = pictureOf(2, [
    [255, 255, 255],
    [0, 0, 0],
    [0, 0, 0],
    [0, 0, 0],
  ]);

  test('another size is refused with both sizes', async () => {
    const reading = readMask(await png(corner), { mode: 'white', size: { width: 20, height: 10 } });
    await assert.rejects(reading, refused('mask', /it is 2 x 2 and the picture is 20 x 10; send a mask of 20 x 10/));
  });

  test('another size is resized if asked', async () => {
    const options = { mode: 'white', size: { width: 4, height: 3 }, onSizeMismatch: 'resize' } as const;
    assert.deepEqual(maskLines(await readMask(await png(corner), options)), ['##..', '....', '....']);
  });

  test('counts after EXIF rotation', async () => {
    const stored = pictureOf(3, [
      [255, 255, 255],
      [0, 0, 0],
      [0, 0, 0],
    ]);
    const rotated = await raw(stored).withMetadata({ orientation: 6 }).png().toBuffer();
    const mask = await readMask(rotated, { mode: 'white', size: { width: 1, height: 3 } });
    assert.deepEqual(maskLines(mask), ['#', '.', '.']);
  });

  test('a mask has its own limit of bytes and errors name its field', async () => {
    const bytes = Buffer.concat([await png(corner), Buffer.alloc(4_000_000)]);
    const options = { mode: 'white', size: { width: 2, height: 2 } } as const;
    await assert.rejects(readMask(bytes, options), refused('mask', /more than the 4000000 allowed/));
    await assert.rejects(readMask(bytes, { ...options, field: 'masks[1]' }), refused('masks[1]', /4000000/));
    assert.equal(maskedPixels(await readMask(bytes, { ...options, bytesMax: 5_000_000 })), 1);
  });
});

suite('an edit without a mask', () => {
  test('takes the picture where it is transparent', () => {
    const picture = pictureOf(2, [
      [1, 2, 3, 0],
      [1, 2, 3, 255],
    ]);
    assert.deepEqual(maskLines(maskFromAlpha(picture)), ['#.']);
  });

  test('is refused if the picture has no alpha', () => {
    assert.throws(() => maskFromAlpha(pictureOf(1, [[1, 2, 3]])), refused('mask', /there is none.*; send one/));
  });
});

suite('an edit without a mask that may be of all of the picture', () => {
  const rows = [
    {
      name: 'is where the picture is transparent',
      pixels: [
        [1, 2, 3, 0],
        [1, 2, 3, 255],
      ],
      want: '#.',
    },
    {
      name: 'is of all of a picture that is wholly transparent',
      pixels: [
        [1, 2, 3, 0],
        [1, 2, 3, 0],
      ],
      want: '##',
    },
    {
      name: 'is of all of a picture whose alpha masks nothing',
      pixels: [
        [1, 2, 3, 128],
        [1, 2, 3, 255],
      ],
      want: '##',
    },
    {
      name: 'is of all of a picture without alpha',
      pixels: [
        [1, 2, 3],
        [1, 2, 3],
      ],
      want: '##',
    },
  ];
  for (const { name, pixels, want } of rows) {
    test(name, () => assert.deepEqual(maskLines(maskFromAlphaOrAll(pictureOf(2, pixels))), [want]));
  }
});

suite('requireMasked', () => {
  test('refuses an empty mask', () => {
    assert.throws(() => requireMasked(maskOf('..', '..')), refused('mask', /lets no pixel change; mark at least one/));
  });
  for (const lines of [['##', '##'], ['.#', '..'], ['#']]) {
    test(`accepts ${lines.join(' ')}`, () => {
      const mask = maskOf(...lines);
      assert.equal(requireMasked(mask), mask);
    });
  }
});
