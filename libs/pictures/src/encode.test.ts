import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import * as fc from 'fast-check';
import { decodePicture } from './decode.ts';
import { encodePicture } from './encode.ts';
import { pictureOf, picturesOf, plainPicture, refused, sizes } from './testing.ts';

suite('encodePicture', () => {
  test('png is exact, with and without alpha, also under transparent pixels', async () => {
    await fc.assert(
      fc.asyncProperty(sizes.chain(picturesOf), fc.nat(9), async (picture, level) => {
        assert.deepEqual(await decodePicture(await encodePicture(picture, 'png', { level })), picture);
      }),
      { numRuns: 100 },
    );
  });

  test('jpeg puts transparent pixels over white', async () => {
    const decoded = await decodePicture(await encodePicture(pictureOf(1, [[0, 0, 0, 0]]), 'jpeg'));
    assert.deepEqual([decoded.channels, ...decoded.data], [3, 255, 255, 255]);
  });

  test('webp keeps alpha', async () => {
    const decoded = await decodePicture(await encodePicture(pictureOf(1, [[9, 9, 9, 77]]), 'webp'));
    assert.deepEqual([decoded.channels, decoded.data[3]], [4, 77]);
  });

  test('quality changes the size of jpeg and webp', async () => {
    const picture = pictureOf(
      16,
      Array.from({ length: 256 }, (_, at) => [(at * 37) % 256, (at * 91) % 256, (at * 53) % 256]),
    );
    for (const format of ['jpeg', 'webp'] as const) {
      const small = await encodePicture(picture, format, { quality: 5 });
      assert.ok(small.length < (await encodePicture(picture, format, { quality: 95 })).length);
    }
  });

  const pixel = pictureOf(1, [[1, 2, 3]]);
  const rows = [
    { name: 'quality 0', options: { quality: 0 }, field: 'quality', want: /0 is out of range; use.*from 1 to 100/ },
    { name: 'half a quality', options: { quality: 50.5 }, field: 'quality', want: /50.5 is out of range/ },
    { name: 'level 10', options: { level: 10 }, field: 'level', want: /10 is out of range; use.*from 0 to 9/ },
  ];
  for (const { name, options, field, want } of rows) {
    test(`${name} is refused`, async () => {
      await assert.rejects(encodePicture(pixel, 'webp', options), refused(field, want));
    });
  }

  test('a side longer than the format can hold is refused, and png is offered', async () => {
    const long = plainPicture({ width: 16_384, height: 1 }, [1, 2, 3]);
    const want = refused('output_format', /webp holds at most 16383 pixels a side.*16384 x 1; ask for png/);
    await assert.rejects(encodePicture(long, 'webp'), want);
    assert.deepEqual(await decodePicture(await encodePicture(long, 'png')), long);
  });
});
