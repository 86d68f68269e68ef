import { writeFile } from 'node:fs/promises';
import { picture } from '@instgenie/domain';
import { decodePicture, encodePicture } from '@instgenie/pictures';
import { readPictureFile } from '../read-file.ts';

/** Writes a mask whose white pixels are to be edited as one whose transparent pixels are. */
export async function writeAlphaMask(whiteMask: string, path: string): Promise<void> {
  const { width, height, channels, data } = await decodePicture(await readPictureFile(whiteMask, 'mask'));
  const alpha = Uint8Array.from({ length: width * height * 4 }, (_, at) =>
    at % 4 === 3 ? 255 - (data[Math.floor(at / 4) * channels] ?? 0) : 0,
  );
  await writeFile(path, await encodePicture(picture({ width, height, channels: 4, data: alpha }), 'png'));
}
