import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { EditedPicture } from '../edits/editing.ts';
import { callFacts, requestIdOf } from './http-call.ts';
import { jsonBytesMax } from './http-limits.ts';
import type { HttpParts } from './http-parts.ts';
import { type AnswerImages, base64, checkAnswer, imageAnswer } from './image-answer.ts';
import { imageEvents } from './image-events.ts';
import { fileNames, paramNames } from './openai-names.ts';
import { type ImageEdit, readImageEdit, sentNames } from './openai-request.ts';
import { readForm } from './read-form.ts';
import { linkPath } from './result-routes.ts';
import { sendCallEvents } from './send-events.ts';

/** `POST /v1/images/edits`, as OpenAI's clients call it; `DELETE` with the request's id ends one that runs. */
export function editsRoutes(app: FastifyInstance, parts: HttpParts): void {
  const { editing, limits, now } = parts;
  const options = { bodyLimit: jsonBytesMax(limits), config: { access: 'edit', isUpload: true } } as const;
  app.post('/v1/images/edits', options, async (request, reply) => {
    const edit = await readEdit(request, parts);
    const call = callFacts(request);
    if (edit.warnings.length > 0) reply.header('x-instgenie-warnings', edit.warnings.join('; '));
    if (edit.isCheckOnly) {
      return checkAnswer(await editing.check(edit.order, call), { shape: edit.shape, createdAtMs: now() });
    }
    if (!edit.isStream) {
      const answer = await editing.run(edit.order, call);
      const images = await imagesOf(answer.pictures, { edit, parts, request });
      return imageAnswer(answer, { shape: edit.shape, images, createdAtMs: now() });
    }
    const hasProgress = request.headers['x-instgenie-events'] === '1';
    const events = imageEvents(editing.watch(edit.order, call), { shape: edit.shape, hasProgress, now });
    return await sendCallEvents({ request, reply, parts }, events);
  });
  app.delete<{ Params: { id: string } }>('/v1/images/edits/:id', { config: { access: 'edit' } }, async (request) => {
    const { id } = request.params;
    editing.cancel(id, callFacts(request).caller);
    return { id, object: 'image_edit', cancelled: true };
  });
}

async function readEdit(request: FastifyRequest, { limits }: HttpParts): Promise<ImageEdit> {
  const form = await readForm(request, fileNames(limits), limits);
  if (request.call !== null) request.call.names = { ...paramNames, ...sentNames(form) };
  const requestId = requestIdOf(request);
  return readImageEdit(form, { limits, requestId, dialect: 'openai', priority: 'interactive' });
}

interface Answered {
  readonly edit: ImageEdit;
  readonly parts: HttpParts;
  readonly request: FastifyRequest;
}

async function imagesOf(pictures: readonly EditedPicture[], { edit, parts, request }: Answered): Promise<AnswerImages> {
  if (edit.shape.responseFormat === 'b64_json') return pictures.map(({ image }) => ({ b64_json: base64(image) }));
  return await Promise.all(
    pictures.map(async ({ image }) => ({
      url: `${originOf(request, parts)}${linkPath(await parts.links.add(image))}`,
    })),
  );
}

/** As the deployment says, else as the caller reached us; behind a proxy, what that says of itself is not trusted. */
function originOf({ protocol, host }: FastifyRequest, { publicUrl }: HttpParts): string {
  return publicUrl?.replace(/\/+$/, '') ?? `${protocol}://${host}`;
}
