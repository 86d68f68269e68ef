import { ServiceError } from '@instgenie/domain';
import type { v1 } from '@instgenie/rpc';
import { defined, millisecondsOf, optionalMilliseconds, wholeNumber } from '../wire.ts';
import type {
  CacheOutcome,
  EditEvent,
  EditedPicture,
  EditFacts,
  EditSpec,
  EditTimings,
  MaskMode,
  PictureFacts,
  WorkerScore,
} from './edit.ts';

export const maskModes = {
  auto: 'MASK_MODE_AUTO',
  white: 'MASK_MODE_WHITE',
  black: 'MASK_MODE_BLACK',
  alpha: 'MASK_MODE_ALPHA',
} as const satisfies Record<MaskMode, v1.MaskMode>;

const priorities = {
  interactive: 'PRIORITY_INTERACTIVE',
  normal: 'PRIORITY_NORMAL',
  batch: 'PRIORITY_BATCH',
} as const;

const formats = { png: 'PICTURE_FORMAT_PNG', jpeg: 'PICTURE_FORMAT_JPEG', webp: 'PICTURE_FORMAT_WEBP' } as const;

const outcomes = {
  CACHE_OUTCOME_UNSPECIFIED: 'unknown',
  CACHE_OUTCOME_HIT: 'hit',
  CACHE_OUTCOME_PARTIAL: 'partial',
  CACHE_OUTCOME_MISS: 'miss',
  CACHE_OUTCOME_DENSE: 'dense',
} as const satisfies Record<v1.CacheOutcome__Output, CacheOutcome>;

/** Throws `invalid` for numbers that the message cannot hold; everything else is checked by the server. */
export function toSpec(spec: EditSpec): v1.EditSpec {
  const { maskMode, priority, format, size } = spec;
  return {
    ...toSource(spec),
    ...defined({
      model: spec.model,
      mask: spec.mask,
      maskMode: maskMode && maskModes[maskMode],
      grow: wholeNumber('edit.grow', spec.grow),
      feather: wholeNumber('edit.feather', spec.feather),
      prompt: spec.prompt,
      seed: wholeNumber('edit.seed', spec.seed, Number.MAX_SAFE_INTEGER),
      steps: wholeNumber('edit.steps', spec.steps),
      strength: spec.strength,
      guidance: spec.guidance,
      count: wholeNumber('edit.count', spec.count),
      priority: priority && priorities[priority],
      format: format && formats[format],
      size: size && toSize(size),
      dense: spec.dense,
      requireWarm: spec.requireWarm,
    }),
  };
}

function toSource({ templateId, image }: EditSpec): v1.EditSpec {
  if ((templateId === undefined) === (image === undefined)) {
    throw new ServiceError('invalid', 'edit.source: say templateId or image, one of them', { field: 'edit.source' });
  }
  return image === undefined ? { source: 'templateId', ...defined({ templateId }) } : { source: 'image', image };
}

function toSize({ width, height }: { readonly width: number; readonly height: number }): v1.PictureSize {
  return defined({
    width: wholeNumber('edit.size.width', width),
    height: wholeNumber('edit.size.height', height),
  });
}

export function fromFacts(facts: v1.EditFacts__Output | null): EditFacts {
  return {
    templateId: facts?.templateId ?? '',
    model: facts?.model ?? '',
    maskRatio: facts?.maskRatio ?? 0,
    maskedTokens: facts?.maskedTokens ?? 0,
    tokens: facts?.tokens ?? 0,
    steps: facts?.steps ?? 0,
    warnings: facts?.warnings ?? [],
  };
}

export function fromPicture(picture: v1.EditedPicture__Output): EditedPicture {
  return { image: picture.image, ...fromPictureFacts(picture) };
}

export function fromPictureFacts(picture: v1.EditedPicture__Output): PictureFacts {
  const { width, height, seed, worker, moves, isMixed } = picture;
  const cache = outcomes[picture.cache] ?? 'unknown';
  const timings = fromTimings(picture.timings);
  return { width, height, seed, cache, timings, worker, moves, isMixed, scores: picture.scores.map(fromScore) };
}

function fromTimings(timings: v1.EditTimings__Output | null): EditTimings {
  return {
    gatewayMs: millisecondsOf(timings?.gateway),
    prepareMs: millisecondsOf(timings?.prepare),
    queueMs: millisecondsOf(timings?.queue),
    denoiseMs: millisecondsOf(timings?.denoise),
    decodeMs: millisecondsOf(timings?.decode),
    totalMs: millisecondsOf(timings?.total),
  };
}

function fromScore({ worker, predicted, queue, compute, load, tier, leftOut }: v1.WorkerScore__Output): WorkerScore {
  return {
    worker,
    predictedMs: optionalMilliseconds(predicted),
    queueMs: millisecondsOf(queue),
    computeMs: millisecondsOf(compute),
    loadMs: millisecondsOf(load),
    tier,
    leftOut,
  };
}

/** Undefined for events that this client does not know yet. */
export function fromEvent(message: v1.StreamEditResponse__Output): EditEvent | undefined {
  const { index, accepted, queued, progress, preview, moved, picture } = message;
  if (accepted) return { kind: 'accepted', requestId: accepted.requestId, facts: fromFacts(accepted.facts) };
  if (queued) {
    return { kind: 'queued', index, position: queued.position, predictedMs: millisecondsOf(queued.predicted) };
  }
  if (progress) return { kind: 'progress', index, done: progress.done, total: progress.total };
  if (preview) return { kind: 'preview', index, done: preview.done, image: preview.image };
  if (moved) return { kind: 'moved', index, keptSteps: moved.keptSteps };
  if (picture) return { kind: 'picture', index, picture: fromPicture(picture) };
  return undefined;
}
