import type { Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { dirname, extname } from 'node:path';
import { ServiceError } from '@instgenie/domain';
import type { PictureFormat } from '@instgenie/pictures';
import { fileError } from '../read-file.ts';

/** Where the pictures of an edit go. */
export interface OutputPaths {
  readonly edited: string;
  readonly dense: string;
  readonly compare: string;
  readonly format: PictureFormat;
}

const formats: Readonly<Record<string, PictureFormat>> = {
  '.png': 'png',
  '.jpg': 'jpeg',
  '.jpeg': 'jpeg',
  '.webp': 'webp',
};

/** `out.png` with `out.dense.png` and `out.compare.png` beside it. Throws `invalid` for an unknown extension. */
export function outputPaths(path: string): OutputPaths {
  const extension = extname(path);
  const format = extension === '' ? 'png' : formats[extension.toLowerCase()];
  if (format === undefined) {
    throw refusal(`${path} ends with ${extension}; expected .png, .jpg, .jpeg or .webp`);
  }
  const stem = path.slice(0, path.length - extension.length);
  const beside = (name: string) => `${stem}.${name}${extension === '' ? '.png' : extension}`;
  return { edited: path, dense: beside('dense'), compare: beside('compare'), format };
}

/**
 * Throws `invalid` if an output is one of the input files, by whatever name or link, or is a folder, and `not-found`
 * if its folder does not exist: before a model is loaded, not after.
 */
export async function checkOutputs(outputs: readonly string[], inputs: readonly string[]): Promise<void> {
  const taken = new Map<string, string>();
  for (const input of inputs) {
    const found = await status(input);
    if (found !== undefined) taken.set(fileId(found), input);
  }
  for (const output of outputs) {
    await checkFolder(output);
    const found = await status(output);
    if (found === undefined) continue;
    const input = taken.get(fileId(found));
    if (input !== undefined)
      throw refusal(`${output} is the input ${input}, which is never overwritten; choose another name`);
    if (found.isDirectory()) throw refusal(`${output} is a folder; a file is expected`);
  }
}

async function checkFolder(output: string): Promise<void> {
  const folder = dirname(output);
  const found = await status(folder);
  if (found === undefined || !found.isDirectory()) {
    throw new ServiceError('not-found', `output: there is no folder ${folder}; make it first`, { field: 'output' });
  }
}

/** Equal for links to one file. */
function fileId({ dev, ino }: Stats): string {
  return `${dev}:${ino}`;
}

function refusal(text: string): ServiceError {
  return new ServiceError('invalid', `output: ${text}`, { field: 'output' });
}

async function status(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch (thrown) {
    const error = fileError(thrown, { path, field: 'output' });
    if (error instanceof ServiceError && error.code === 'not-found') return undefined;
    throw error;
  }
}
