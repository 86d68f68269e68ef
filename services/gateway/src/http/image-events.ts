import assert from 'node:assert/strict';
import type { EditFacts, EditNews } from '../edits/editing.ts';
import { factsJson, pictureJson, usageJson } from './edit-facts-json.ts';
import { base64 } from './image-answer.ts';
import type { AnswerShape } from './openai-request.ts';
import { opened, type ServerEvent } from './send-events.ts';

export interface ImageEventOptions {
  readonly shape: AnswerShape;
  /** Whether the caller wants our events beside OpenAI's. */
  readonly hasProgress: boolean;
  /** Milliseconds of the epoch. */
  readonly now: () => number;
}

/** An edit's news as OpenAI's events, and as ours where they are wanted. */
export async function* imageEvents(
  news: AsyncIterable<EditNews>,
  { shape, hasProgress, now }: ImageEventOptions,
): AsyncIterable<ServerEvent | typeof opened> {
  const previews = new Map<number, number>();
  let facts: EditFacts | undefined;
  for await (const event of news) {
    const common = {
      created_at: Math.floor(now() / 1000),
      background: 'opaque',
      quality: shape.quality,
    };
    switch (event.kind) {
      case 'accepted':
        facts = event.facts;
        yield opened;
        break;
      case 'preview': {
        const index = previews.get(event.index) ?? 0;
        previews.set(event.index, index + 1);
        yield eventOf('image_edit.partial_image', {
          ...common,
          b64_json: base64(event.image),
          partial_image_index: index,
          // Previews are small webp files, whatever the result will be.
          output_format: 'webp',
          size: 'auto',
          ...(hasProgress ? { instgenie: { index: event.index, done: event.done } } : {}),
        });
        continue;
      }
      case 'picture': {
        assert(facts !== undefined, 'a picture came before its edit was accepted');
        const { image, ...picture } = event.picture;
        yield eventOf('image_edit.completed', {
          ...common,
          b64_json: base64(image),
          output_format: shape.format,
          size: `${picture.width}x${picture.height}`,
          usage: usageJson(facts, 1),
          ...(hasProgress ? { instgenie: { index: event.index, ...factsJson(facts), ...pictureJson(picture) } } : {}),
        });
        continue;
      }
      case 'queued':
      case 'stepped':
      case 'moved':
        break;
    }
    if (hasProgress) yield eventOf('instgenie.progress', progressOf(event));
  }
}

function eventOf(name: string, data: Readonly<Record<string, unknown>>): ServerEvent {
  return { name, data: { type: name, ...data } };
}

function progressOf(event: Exclude<EditNews, { readonly kind: 'preview' | 'picture' }>) {
  switch (event.kind) {
    case 'accepted':
      return { kind: event.kind, facts: factsJson(event.facts) };
    case 'queued':
      return { kind: event.kind, index: event.index, position: event.position, predicted_ms: event.predictedMs };
    case 'stepped':
      return { kind: event.kind, index: event.index, done: event.done, total: event.total };
    case 'moved':
      return { kind: event.kind, index: event.index, kept_steps: event.keptSteps };
  }
}
