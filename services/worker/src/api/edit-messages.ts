import type { EditCheckpoint } from '@instgenie/engine';
import type { EditResponse, EditResult } from '@instgenie/rpc';
import type { EditNews } from '../edits/edit-feed.ts';
import type { EditDone } from '../edits/edit-flow.ts';

const outcomes = {
  warm: 'CACHE_OUTCOME_WARM',
  partial: 'CACHE_OUTCOME_PARTIAL',
  cold: 'CACHE_OUTCOME_COLD',
  dense: 'CACHE_OUTCOME_DENSE',
} as const satisfies Record<EditDone['cache'], EditResult['cache']>;

/** News of an edit as a message. */
export function newsMessage(news: EditNews): EditResponse {
  switch (news.kind) {
    case 'queued':
      return { queued: { position: news.position, predictedMs: news.predictedMs } };
    case 'admitted':
      return { admitted: { waitedMs: news.waitedMs } };
    case 'stepped':
      return { stepped: { done: news.done, total: news.total } };
    case 'preview':
      return { preview: { done: news.done, picture: Buffer.from(news.picture) } };
    case 'checkpoint':
      return { checkpoint: checkpointMessage(news.checkpoint, news.fingerprint) };
  }
}

export function resultMessage(done: EditDone): EditResponse {
  const { times, totalMs, chunks, cache, picture, ...facts } = done;
  return {
    result: {
      ...facts,
      picture: Buffer.from(picture),
      cache: outcomes[cache],
      chunks: { ...chunks },
      timings: {
        decodeMs: times.of('decode'),
        templateMs: times.of('template'),
        encodeMs: times.of('encode'),
        queueMs: times.of('queue'),
        denoiseMs: times.of('denoise'),
        finishMs: times.of('finish'),
        totalMs,
      },
    },
  };
}

function checkpointMessage({ stepsDone, latents }: EditCheckpoint, fingerprint: string) {
  return { stepsDone, latents: Buffer.from(latents.buffer, latents.byteOffset, latents.byteLength), fingerprint };
}
