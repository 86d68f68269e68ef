import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Picture } from '@instgenie/domain';
import { encodePicture } from '@instgenie/pictures';
import { fileError } from '../read-file.ts';
import { writeFiles } from '../write-files.ts';
import type { StepsDone } from './run-job.ts';

/** A folder that predicted results are written to while an edit runs. */
export class PreviewFolder {
  readonly #folder: string;
  readonly #paths: string[] = [];

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Makes the folder if it is missing. Throws `invalid` where it cannot be made. */
  static async make(folder: string): Promise<PreviewFolder> {
    try {
      await mkdir(folder, { recursive: true });
    } catch (thrown) {
      throw fileError(thrown, { path: folder, field: 'previews' });
    }
    return new PreviewFolder(folder);
  }

  /** What has been written so far. */
  get paths(): readonly string[] {
    return this.#paths;
  }

  /** `preview-07-of-28.png` */
  async write(picture: Picture, { done, total }: StepsDone): Promise<void> {
    const step = String(done).padStart(String(total).length, '0');
    const path = join(this.#folder, `preview-${step}-of-${total}.png`);
    await writeFiles(new Map([[path, await encodePicture(picture, 'png')]]));
    this.#paths.push(path);
  }
}
