import assert from 'node:assert/strict';
import type { InstgenieClient } from '@instgenie/client';
import { type Picture, picture } from '@instgenie/domain';
import { decodePicture, encodePicture } from '@instgenie/pictures';

const side = 256;
const steps = 4;

/** Edits a corner of a small picture, and looks that no other pixel has changed. Says what it found, a line each. */
export async function tinyEdit(client: InstgenieClient): Promise<readonly string[]> {
  const source = paint((x, y) => [x, y, 128]);
  const mask = paint((x, y) => (isMasked(x, y) ? [255, 255, 255] : [0, 0, 0]));
  const [image, maskFile] = await Promise.all([encodePicture(source, 'png'), encodePicture(mask, 'png')]);
  const { pictures, facts } = await client.edit({
    image,
    mask: maskFile,
    maskMode: 'white',
    prompt: 'check',
    steps,
    seed: 1,
  });
  const [first] = pictures;
  assert(first !== undefined, 'an edit has a result');
  const result = await decodePicture(first.image);
  assert.deepEqual([result.width, result.height], [side, side]);
  const changed = changes(source, result);
  assert.equal(changed.outside, 0, `${changed.outside} pixels outside the mask have changed`);
  const { timings, cache, worker } = first;
  return [
    `edit: ${facts.maskedTokens} of ${facts.tokens} tokens, ${facts.steps} steps, ${cache}, ${timings.totalMs.toFixed(0)} ms, on ${worker}`,
    `pixels: ${changed.inside} changed inside the mask, none outside`,
  ];
}

function isMasked(x: number, y: number): boolean {
  return x < side / 4 && y < side / 4;
}

function paint(colourAt: (x: number, y: number) => readonly number[]): Picture {
  const data = Uint8Array.from({ length: side * side * 3 }, (_, at) => {
    const pixel = Math.floor(at / 3);
    return colourAt(pixel % side, Math.floor(pixel / side))[at % 3] ?? 0;
  });
  return picture({ width: side, height: side, channels: 3, data });
}

function changes(before: Picture, after: Picture): { readonly inside: number; readonly outside: number } {
  const changed = { inside: 0, outside: 0 };
  for (let pixel = 0; pixel < side * side; pixel++) {
    const isSame = [0, 1, 2].every(
      (channel) => before.data[pixel * before.channels + channel] === after.data[pixel * after.channels + channel],
    );
    if (!isSame) changed[isMasked(pixel % side, Math.floor(pixel / side)) ? 'inside' : 'outside'] += 1;
  }
  return changed;
}
