import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import * as fc from 'fast-check';
import sharp from 'sharp';
import { foreignName, readContainer } from './sniff.ts';
import { picturesOf, plainPicture, pngChunk, pngFile, raw, sizes } from './testing.ts';

suite('readContainer', () => {
  const picture = plainPicture({ width: 40, height: 30 }, [9, 99, 199]);
  const seeThrough = plainPicture({ width: 40, height: 30 }, [9, 99, 199, 50]);
  const rows = [
    { name: 'png', format: 'png', file: () => raw(picture).png() },
    { name: 'palette png', format: 'png', file: () => raw(picture).png({ palette: true }) },
    { name: 'jpeg', format: 'jpeg', file: () => raw(picture).jpeg() },
    { name: 'progressive jpeg', format: 'jpeg', file: () => raw(picture).jpeg({ progressive: true }) },
    { name: 'lossy webp', format: 'webp', file: () => raw(picture).webp() },
    { name: 'lossless webp', format: 'webp', file: () => raw(picture).webp({ lossless: true }) },
    { name: 'lossy webp with alpha', format: 'webp', file: () => raw(seeThrough).webp() },
    { name: 'lossless webp with alpha', format: 'webp', file: () => raw(seeThrough).webp({ lossless: true }) },
  ];
  for (const { name, format, file } of rows) {
    test(`reads format and size of a ${name}, and keeps its pixels without its metadata`, async () => {
      const whole = file()
        .withExif({ IFD0: { Copyright: 'someone' } })
        .withIccProfile('p3')
        .withXmp('<secret/>');
      const bytes = await whole.toBuffer();
      const container = readContainer(bytes);
      assert.ok(container !== undefined);
      assert.deepEqual(container.size, { width: 40, height: 30 });
      assert.deepEqual([container.format, container.animated, container.wide], [format, false, 'no']);
      assert.ok(container.metadataBytes > 100);
      const plain = container.plain();
      assert.ok(!Buffer.from(plain).includes('secret'));
      const metadata = await sharp(plain).metadata();
      assert.ok(metadata.exif !== undefined && metadata.icc !== undefined && metadata.xmp === undefined);
      assert.deepEqual(await sharp(plain).raw().toBuffer(), await sharp(bytes).raw().toBuffer());
    });
  }

  test('gives the very bytes of a file that has nothing to leave out', () => {
    const bytes = pngFile({ width: 2, height: 2 });
    assert.equal(readContainer(bytes)?.plain(), bytes);
  });

  test('leaves out repeated chunks and whatever follows the pixels', () => {
    const transparency = pngChunk('tRNS', Buffer.alloc(6));
    const bytes = pngFile({ width: 2, height: 2, extra: [transparency, transparency] });
    const once = pngFile({ width: 2, height: 2, extra: [transparency] });
    assert.deepEqual(readContainer(Buffer.concat([bytes, Buffer.alloc(99)]))?.plain(), once);
  });

  test('sees colour and grey of 16 bits', () => {
    assert.equal(readContainer(pngFile({ width: 2, height: 2, depth: 16, colourType: 6 }))?.wide, 'colour');
    assert.equal(readContainer(pngFile({ width: 2, height: 2, depth: 16, colourType: 4 }))?.wide, 'grey');
  });

  test('reads files of any small size', async () => {
    const pictures = sizes.chain(picturesOf);
    await fc.assert(
      fc.asyncProperty(pictures, fc.constantFrom('png', 'jpeg', 'webp'), async (picture, format) => {
        const container = readContainer(await raw(picture).toFormat(format).toBuffer());
        assert.deepEqual(container?.size, { width: picture.width, height: picture.height });
      }),
      { numRuns: 60 },
    );
  });

  test('never throws, whatever the bytes', () => {
    const starts = [
      '\x89PNG\r\n\x1a\n\0\0\0\rIHDR',
      '\xff\xd8\xff\xe1',
      '\xff\xd8\xff\xc0\0\x11',
      'RIFF....WEBPVP8X',
      'RIFF....WEBPVP8L',
      'RIFF....WEBPVP8 ',
    ];
    fc.assert(
      fc.property(fc.constantFrom(...starts), fc.uint8Array({ maxLength: 80 }), (start, rest) => {
        const bytes = Buffer.concat([Buffer.from(start, 'latin1'), rest]);
        readContainer(bytes)?.plain();
        assert.ok(foreignName(bytes).length > 0);
      }),
      { numRuns: 2000 },
    );
  });
});
