// Looks at pictures of strangers, beside the thread that serves: it has limits and bytes, no settings and no environment.
import assert from 'node:assert/strict';
import { parentPort, workerData } from 'node:worker_threads';
import { decodePicture, readPictureHeader } from '@instgenie/pictures';
import { computeInBackground, serveCalls } from '@instgenie/threads';
import { inspectMask } from './inspect-mask.ts';
import type { PictureCalls, PictureSetup } from './picture-protocol.ts';

assert(parentPort !== null);
const { bytesMax, maskBytesMax } = workerData as PictureSetup;

computeInBackground();
serveCalls(parentPort, {
  inspectPicture: ({ bytes, field }) => readPictureHeader(bytes, { field, bytesMax }),
  checkPicture: async ({ bytes, field }) => {
    const { format } = await readPictureHeader(bytes, { field, bytesMax });
    const { width, height } = await decodePicture(bytes, { field, bytesMax });
    return { format, width, height };
  },
  inspectMask: (call) => inspectMask(call, { bytesMax, maskBytesMax }),
} satisfies PictureCalls);
