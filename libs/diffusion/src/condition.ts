import assert from 'node:assert/strict';
import { type Mask, tokenSide } from '@instgenie/domain';

const latentSide = 8;
/** Packed latent channels of a token: 16 latents of 2 x 2 positions. */
const latentChannels = 64;
/** Condition channels of a token: the masked picture's latents, then a bit for each of its 16 x 16 pixels. */
export const fillChannels = latentChannels + tokenSide * tokenSide;

/**
 * The condition rows of FLUX.1-Fill [tokens, 320]: packed latents of the picture whose masked pixels are grey, then
 * the mask. Bit (y8, x8) of latent position (dy, dx) is channel 64 + (8 y8 + x8) 4 + 2 dy + dx.
 * Without a mask: the condition of a template, latents of the whole picture and no bit set.
 */
export function fillCondition(latents: Float32Array, mask?: Mask): Float32Array {
  const tokens = latents.length / latentChannels;
  const rows = new Float32Array(tokens * fillChannels);
  for (let token = 0; token < tokens; token++) {
    rows.set(latents.subarray(token * latentChannels, (token + 1) * latentChannels), token * fillChannels);
  }
  if (mask === undefined) return rows;
  const columns = mask.width / tokenSide;
  assert.equal(columns * (mask.height / tokenSide), tokens, 'fillCondition: mask and latents differ in size');
  for (let y = 0; y < mask.height; y++) {
    for (let x = 0; x < mask.width; x++) {
      if (mask.bits[y * mask.width + x] === 0) continue;
      const token = Math.floor(y / tokenSide) * columns + Math.floor(x / tokenSide);
      const [dy, dx] = [Math.floor((y % tokenSide) / latentSide), Math.floor((x % tokenSide) / latentSide)];
      const bit = (y % latentSide) * latentSide + (x % latentSide);
      rows[token * fillChannels + latentChannels + bit * 4 + dy * 2 + dx] = 1;
    }
  }
  return rows;
}
