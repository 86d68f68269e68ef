import { type EditInputs, type EditWindow, editWindow, type InputFiles, readEditInputs } from '@instgenie/pictures';
import { pictureBytesMax, readPictureFile } from '../read-file.ts';

export interface InputRequest extends Pick<InputFiles, 'image' | 'maskMode' | 'grow' | 'feather'> {
  /** The mask's file. */
  readonly mask?: string | undefined;
  readonly maskSize: InputFiles['onSizeMismatch'];
}

/** The inputs and the part of them that a model sees. */
export type EditJob = EditInputs & EditWindow;

/** Decodes the picture and reads the mask. Throws `not-found` or `invalid`, naming image or mask. */
export async function readInputs({ mask, maskSize, ...request }: InputRequest): Promise<EditInputs> {
  return await readEditInputs({
    ...request,
    onSizeMismatch: maskSize,
    bytesMax: pictureBytesMax,
    ...(mask === undefined ? {} : { mask: await readPictureFile(mask, 'mask') }),
  });
}

/** Chooses the window for a model whose longest side in pixels is `modelSide`. */
export async function planJob(inputs: EditInputs, modelSide: number): Promise<EditJob> {
  return { ...inputs, ...(await editWindow(inputs, modelSide)) };
}
