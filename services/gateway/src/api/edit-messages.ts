import type { v1 } from '@instgenie/rpc';
import type { EditOrder } from '../edits/edit-order.ts';
import type { EditNews } from '../edits/editing.ts';
import { type OrderFields, type OrderLimits, parseOrder } from '../edits/parse-order.ts';
import { factsMessage, pictureMessage } from './edit-answer-messages.ts';
import { millisecondsOf, type TimeMessage, timeMessage } from './time-messages.ts';

export const maskModes = {
  MASK_MODE_UNSPECIFIED: undefined,
  MASK_MODE_AUTO: 'auto',
  MASK_MODE_WHITE: 'white',
  MASK_MODE_BLACK: 'black',
  MASK_MODE_ALPHA: 'alpha',
} as const satisfies Record<v1.MaskMode__Output, unknown>;

const priorities = {
  PRIORITY_UNSPECIFIED: undefined,
  PRIORITY_INTERACTIVE: 'interactive',
  PRIORITY_NORMAL: 'normal',
  PRIORITY_BATCH: 'batch',
} as const satisfies Record<v1.Priority__Output, unknown>;

const formats = {
  PICTURE_FORMAT_UNSPECIFIED: undefined,
  PICTURE_FORMAT_PNG: 'png',
  PICTURE_FORMAT_JPEG: 'jpeg',
  PICTURE_FORMAT_WEBP: 'webp',
} as const satisfies Record<v1.PictureFormat__Output, unknown>;

/** A request around an edit, unary, streamed or in a job. */
export interface EditEnvelope {
  readonly requestId: string;
  readonly edit: v1.EditSpec__Output | null;
  readonly deadline: TimeMessage | null;
  /** Of the call itself, ms. */
  readonly remainingMs: number | undefined;
  readonly previews?: number;
  readonly explain?: boolean;
}

/** The order in a request. Throws `invalid`, naming the field as the proto does. */
export function orderOf(envelope: EditEnvelope, limits: OrderLimits): EditOrder {
  const { requestId, edit, deadline, remainingMs = limits.deadlineMs, previews, explain } = envelope;
  const asked = deadline === null ? undefined : millisecondsOf(deadline);
  const fields = { ...specFields(edit), requestId, deadlineMs: asked, previews, explain };
  const order = parseOrder(fields, { limits, prefix: 'edit.', names: { ...specNames, ...envelopeNames } });
  return { ...order, deadlineMs: Math.min(order.deadlineMs, Math.max(1, remainingMs)) };
}

/** What a field of an order is called in `EditSpec`, where that is not the field in snake case. */
export const specNames = { isDense: 'edit.dense', mustBeWarm: 'edit.require_warm' } as const;

const envelopeNames = {
  requestId: 'request_id',
  deadlineMs: 'deadline',
  previews: 'previews',
  explain: 'explain',
} as const;

/** What an `EditSpec` says of an order. */
export function specFields(edit: v1.EditSpec__Output | null): OrderFields {
  if (edit === null) return {};
  const { templateId, image, maskMode, priority, format, count, dense, requireWarm, seed, ...rest } = edit;
  return {
    ...rest,
    source: templateId === undefined ? { kind: 'inline', bytes: image } : { kind: 'template', id: templateId },
    // Numbers that the proto does not name stay numbers, and are refused with the rest.
    maskMode: maskMode in maskModes ? maskModes[maskMode] : maskMode,
    priority: priority in priorities ? priorities[priority] : priority,
    format: format in formats ? formats[format] : format,
    count: count === 0 ? undefined : count,
    isDense: dense,
    mustBeWarm: requireWarm,
    seed,
  };
}

/** What happened to an edit, as a message. */
export function newsMessage(news: EditNews): v1.StreamEditResponse {
  switch (news.kind) {
    case 'accepted':
      return { event: 'accepted', accepted: { requestId: news.facts.requestId, facts: factsMessage(news.facts) } };
    case 'queued': {
      const { index, position, predictedMs } = news;
      return { index, event: 'queued', queued: { position, predicted: timeMessage(predictedMs) } };
    }
    case 'stepped':
      return { index: news.index, event: 'progress', progress: { done: news.done, total: news.total } };
    case 'preview':
      return { index: news.index, event: 'preview', preview: { done: news.done, image: Buffer.from(news.image) } };
    case 'moved':
      return { index: news.index, event: 'moved', moved: { keptSteps: news.keptSteps } };
    case 'picture':
      return { index: news.index, event: 'picture', picture: pictureMessage(news.picture) };
  }
}
