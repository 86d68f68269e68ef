// Reads pictures and masks, and makes the files of results, beside the thread that batches.
import assert from 'node:assert/strict';
import { parentPort, workerData } from 'node:worker_threads';
import { getContent, openBlobs } from '@instgenie/blobs';
import { type Mask, mask, ServiceError } from '@instgenie/domain';
import type { Window } from '@instgenie/pictures';
import {
  decodePicture,
  type EditInputs,
  editWindow,
  encodePicture,
  pasteWindow,
  readEditInputs,
} from '@instgenie/pictures';
import { computeInBackground, serveCallsTogether } from '@instgenie/threads';
import type { PictureCalls, PictureSetup, PictureSource, ReadCall } from './picture-protocol.ts';

/** Of a picture's file, and of a mask's. */
const pictureBytesMax = 32 * 1024 ** 2;

assert(parentPort !== null);
const setup = workerData as PictureSetup;
const blobs = setup.blobs === undefined ? undefined : openBlobs(setup.blobs);
const kept = new Map<number, EditInputs & { readonly window: Window }>();

computeInBackground();
serveCallsTogether(parentPort, {
  read: async (call) => {
    const inputs = await readInputs(call, await bytesOf(call.source));
    const { window, picture, windowMask } = await editWindow(inputs, call.modelSide);
    kept.set(call.id, { ...inputs, window });
    const { width, height, data } = inputs.source;
    const isWhole = isAll(inputs.mask);
    const bytes = data.length + inputs.mask.bits.length + inputs.weights.length;
    return { picture, windowMask, width, height, isWhole, bytes };
  },
  finish: async ({ id, painted, format, isMarked, size }) => {
    const inputs = kept.get(id);
    assert(inputs !== undefined, 'a picture is finished before it is dropped');
    const sourceType = isAll(inputs.mask) ? 'trainedAlgorithmicMedia' : 'compositeWithTrainedAlgorithmicMedia';
    const file = await encodePicture(await pasteWindow(inputs, painted), format, {
      ...(isMarked ? { sourceType } : {}),
      ...(size === undefined ? {} : { size }),
    });
    // The library's own memory cannot be moved to another thread.
    return new Uint8Array(file);
  },
  drop: (id) => {
    kept.delete(id);
  },
} satisfies PictureCalls);

function isAll({ bits }: Mask): boolean {
  return !bits.includes(0);
}

async function bytesOf(source: PictureSource): Promise<Uint8Array> {
  if (source.kind === 'inline') return source.bytes;
  if (blobs === undefined) {
    const fix = 'send the picture itself, or configure blobs';
    throw new ServiceError('unsupported', `picture: this worker has no blob store; ${fix}`, { field: 'picture' });
  }
  return await getContent(blobs, source.sha256, { bytesMax: pictureBytesMax });
}

async function readInputs({ mask: asked, maskMode, grow, feather }: ReadCall, image: Uint8Array): Promise<EditInputs> {
  if (asked.kind === 'none') {
    const source = await decodePicture(image, { bytesMax: pictureBytesMax });
    const { width, height } = source;
    const all = mask({ width, height, bits: new Uint8Array(width * height).fill(1) });
    return { source, mask: all, weights: new Uint8Array(width * height).fill(255) };
  }
  const file = asked.kind === 'file' ? { mask: asked.bytes } : {};
  const limits = { onSizeMismatch: 'refuse', onOpaque: 'all', bytesMax: pictureBytesMax } as const;
  return await readEditInputs({ image, ...file, maskMode, grow, feather, ...limits });
}
