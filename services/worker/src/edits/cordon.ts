import { access, rm, writeFile } from 'node:fs/promises';

/**
 * Whether the worker is to be left out of picks because a person said so. It is the worker that knows, so that all
 * balancers agree; with a file it still knows after a restart.
 */
export class Cordon {
  readonly #file: string | undefined;
  #isCordoned: boolean;

  constructor(file: string | undefined, isCordoned: boolean) {
    this.#file = file;
    this.#isCordoned = isCordoned;
  }

  /** As it was said last; the file is there while it is cordoned. */
  static async open(file: string): Promise<Cordon> {
    const isCordoned = await access(file).then(
      () => true,
      () => false,
    );
    return new Cordon(file, isCordoned);
  }

  get isCordoned(): boolean {
    return this.#isCordoned;
  }

  async set(isCordoned: boolean): Promise<void> {
    if (this.#file !== undefined) {
      if (isCordoned) await writeFile(this.#file, '', { flush: true });
      else await rm(this.#file, { force: true });
    }
    this.#isCordoned = isCordoned;
  }
}
