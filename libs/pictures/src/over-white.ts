import { type Picture, picture } from '@instgenie/domain';

/** The picture without alpha, over white where it was transparent. A picture without alpha is returned as it is. */
export function overWhite(source: Picture): Picture {
  if (source.channels === 3) return source;
  const { width, height, data: from } = source;
  const data = new Uint8Array(width * height * 3);
  for (let at = 0, to = 0; at < from.length; at += 4, to += 3) {
    const alpha = from[at + 3] ?? 0;
    for (let channel = 0; channel < 3; channel++) {
      // Rounded to the nearest: the numerator is whole and 255 is odd, so there are no ties.
      data[to + channel] = Math.floor(((from[at + channel] ?? 0) * alpha + 255 * (255 - alpha) + 127) / 255);
    }
  }
  return picture({ width, height, channels: 3, data });
}
