import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import * as fc from 'fast-check';
import sharp from 'sharp';
import { decodePicture } from './decode.ts';
import { encodePicture } from './encode.ts';
import { picturesOf, plainPicture, raw, sizes } from './testing.ts';

const formats = ['png', 'jpeg', 'webp'] as const;
const vocabulary = 'http://cv.iptc.org/newscodes/digitalsourcetype/';
const sourceType = 'compositeWithTrainedAlgorithmicMedia';

suite('the mark of what a model made', () => {
  for (const format of formats) {
    test(`${format}: the mark changes no pixel, and can be read back`, async () => {
      await fc.assert(
        fc.asyncProperty(sizes.chain(picturesOf), async (picture) => {
          const [plain, marked] = await Promise.all([
            encodePicture(picture, format),
            encodePicture(picture, format, { sourceType }),
          ]);
          assert.deepEqual(await decodePicture(marked), await decodePicture(plain));
          const [before, after] = await Promise.all([sharp(plain).metadata(), sharp(marked).metadata()]);
          assert.equal(before.xmp, undefined);
          assert.match(after.xmpAsString ?? '', new RegExp(`DigitalSourceType>${vocabulary}${sourceType}<`));
          assert.deepEqual([after.exif, after.icc, after.iptc], [undefined, undefined, undefined]);
        }),
        { numRuns: 50, seed: 4 },
      );
    });

    test(`${format}: programs that only look for the packet find it`, async () => {
      const file = await encodePicture(plainPicture({ width: 5, height: 4 }, [1, 2, 3]), format, {
        sourceType: 'trainedAlgorithmicMedia',
      });
      const text = Buffer.from(file).toString('latin1');
      assert.match(text, /<\?xpacket begin=.*digitalsourcetype\/trainedAlgorithmicMedia<.*<\?xpacket end="r"\?>/s);
    });

    test(`${format}: nothing that the source's file says of its maker is in the result, marked or not`, async () => {
      const source = await raw(plainPicture({ width: 6, height: 5 }, [90, 80, 70]))
        .withExif({ IFD0: { Artist: 'Somebody', Copyright: 'Mine' }, IFD3: { GPSLatitude: '52/1 30/1 0/1' } })
        .withXmp('<x:xmpmeta xmlns:x="adobe:ns:meta/"><private/></x:xmpmeta>')
        .toFormat(format)
        .toBuffer();
      assert.ok((await sharp(source).metadata()).exif !== undefined);
      const picture = await decodePicture(source);
      for (const options of [{}, { sourceType }] as const) {
        const file = await encodePicture(picture, format, options);
        const { exif, xmpAsString = '' } = await sharp(file).metadata();
        assert.equal(exif, undefined);
        assert.doesNotMatch(xmpAsString, /private/);
        assert.doesNotMatch(Buffer.from(file).toString('latin1'), /Somebody|Mine|Exif|GPS/);
      }
    });
  }
});

suite('a result of another size', () => {
  for (const format of formats) {
    test(`${format} is as large as was asked for, with its mark`, async () => {
      const picture = plainPicture({ width: 30, height: 20 }, [200, 100, 50]);
      const file = await encodePicture(picture, format, { size: { width: 16, height: 40 }, sourceType });
      const { width, height, data } = await decodePicture(file);
      assert.deepEqual([width, height], [16, 40]);
      for (const [at, want] of [200, 100, 50].entries()) assert.ok(Math.abs((data[at] ?? 0) - want) <= 2);
      assert.match((await sharp(file).metadata()).xmpAsString ?? '', /compositeWith/);
    });
  }

  test('its own size is the picture itself', async () => {
    const picture = plainPicture({ width: 3, height: 2 }, [1, 2, 3, 4]);
    assert.deepEqual(await encodePicture(picture, 'png', { size: picture }), await encodePicture(picture, 'png'));
  });
});
