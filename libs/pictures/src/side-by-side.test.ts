import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { maskOverlay, sideBySide } from './side-by-side.ts';
import { maskOf, pictureOf, plainPicture } from './testing.ts';

suite('sideBySide', () => {
  test('puts pictures next to each other with white between', () => {
    const left = plainPicture({ width: 1, height: 2 }, [1, 2, 3]);
    const right = pictureOf(2, [
      [4, 4, 4],
      [5, 5, 5],
      [6, 6, 6],
      [7, 7, 7],
    ]);
    const both = sideBySide([left, right], { gap: 1 });
    assert.deepEqual([both.width, both.height, both.channels], [4, 2, 3]);
    const rows = [
      [1, 2, 3, 255, 255, 255, 4, 4, 4, 5, 5, 5],
      [1, 2, 3, 255, 255, 255, 6, 6, 6, 7, 7, 7],
    ];
    assert.deepEqual(Array.from(both.data), rows.flat());
  });

  test('shows transparent pixels over white and takes one picture as it is', () => {
    assert.deepEqual(Array.from(sideBySide([pictureOf(1, [[0, 0, 0, 0]])]).data), [255, 255, 255]);
    assert.deepEqual(Array.from(sideBySide([pictureOf(1, [[0, 100, 255, 51]])]).data), [204, 224, 255]);
  });

  test('different heights and no pictures are mistakes of the program', () => {
    const [low, high] = [
      plainPicture({ width: 1, height: 1 }, [1, 2, 3]),
      plainPicture({ width: 1, height: 2 }, [1, 2, 3]),
    ];
    assert.throws(() => sideBySide([low, high]), /same height/);
    assert.throws(() => sideBySide([]), /no pictures/);
    assert.throws(() => sideBySide([low], { gap: -1 }), /whole number/);
  });
});

suite('maskOverlay', () => {
  test('makes masked pixels half red and leaves the others', () => {
    const picture = pictureOf(2, [
      [0, 100, 200],
      [0, 100, 200],
    ]);
    assert.deepEqual(Array.from(maskOverlay(picture, maskOf('#.')).data), [128, 50, 100, 0, 100, 200]);
  });

  test('shows a mask over transparent pixels too', () => {
    assert.deepEqual(Array.from(maskOverlay(pictureOf(1, [[0, 0, 0, 0]]), maskOf('#')).data), [255, 127, 127]);
  });

  test('a mask of another size is a mistake of the program', () => {
    assert.throws(() => maskOverlay(pictureOf(1, [[1, 2, 3]]), maskOf('##')), /another size/);
  });
});
