import { cp, mkdir, realpath } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { run } from './lay-out-image.ts';

const libraries = 'usr/lib/x86_64-linux-gnu';
/** What every base has, of its own version. */
const ofBases = /^(ld-linux|libc|libm|libdl|libpthread|librt|libgcc_s|libstdc\+\+)[-.]/;

/** Copies a program of this machine and the libraries that it is linked with, as `usr/bin` and `usr/lib` of a folder. */
export async function layOutProgram(program: string, folder: string): Promise<void> {
  await mkdir(join(folder, 'usr/bin'), { recursive: true });
  await mkdir(join(folder, libraries), { recursive: true });
  await cp(await realpath(program), join(folder, 'usr/bin', basename(program)));
  for (const [, library = ''] of run('ldd', [program], '/').matchAll(/=> (\/\S+)/g)) {
    const name = basename(library);
    if (!ofBases.test(name)) await cp(await realpath(library), join(folder, libraries, name));
  }
}
