import type { EditAnswer, EditFacts } from '../edits/editing.ts';
import { factsJson, pictureJson, usageJson } from './edit-facts-json.ts';
import type { AnswerShape } from './openai-request.ts';

/** How the files of an answer are sent: in place, or as addresses. */
export type AnswerImages = readonly ({ readonly b64_json: string } | { readonly url: string })[];

/** OpenAI's answer to an edit; what is ours is under `instgenie`. */
export function imageAnswer(
  { facts, pictures }: EditAnswer,
  {
    shape,
    images,
    createdAtMs,
  }: { readonly shape: AnswerShape; readonly images: AnswerImages; readonly createdAtMs: number },
) {
  const [first] = pictures;
  return {
    created: Math.floor(createdAtMs / 1000),
    data: images,
    background: 'opaque',
    output_format: shape.format,
    quality: shape.quality,
    ...(first === undefined ? {} : { size: `${first.width}x${first.height}` }),
    usage: usageJson(facts, pictures.length),
    instgenie: { ...factsJson(facts), pictures: pictures.map(pictureJson) },
  };
}

/** The answer to a request that was only to be checked. */
export function checkAnswer(facts: EditFacts, options: { readonly shape: AnswerShape; readonly createdAtMs: number }) {
  return imageAnswer({ facts, pictures: [] }, { ...options, images: [] });
}

export function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}
