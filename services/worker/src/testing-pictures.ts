import type { Mask, Picture } from '@instgenie/domain';

/** For tests: how many bytes of two pictures differ inside a mask and outside. */
export function bytesDiffer(one: Picture, other: Picture, { bits }: Mask) {
  const count = { inside: 0, outside: 0 };
  for (const [at, byte] of one.data.entries()) {
    if (byte !== other.data[at]) count[bits[Math.floor(at / one.channels)] === 1 ? 'inside' : 'outside']++;
  }
  return count;
}
