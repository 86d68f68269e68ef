import { ServiceError } from '@instgenie/domain';
import { isTemplateId } from '@instgenie/templates';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { PrimeNews } from '../templates/templates.ts';
import type { Form } from './form.ts';
import { callFacts } from './http-call.ts';
import { jsonBytesMax } from './http-limits.ts';
import type { HttpParts } from './http-parts.ts';
import { wrong } from './http-refusal.ts';
import { fileNames } from './openai-names.ts';
import { pageJson, pageOf } from './page-query.ts';
import { readForm } from './read-form.ts';
import { readJson } from './read-json.ts';
import { sendPicture } from './result-routes.ts';
import { type ServerEvent, sendCallEvents } from './send-events.ts';
import { templateJson } from './template-json.ts';
import { readPrimeOrder, readTemplatePicture, readTemplateSettings } from './template-request.ts';

interface OfTemplate {
  readonly Params: { readonly id: string };
}

/** Templates under `/v1/templates`. */
export function templateRoutes(app: FastifyInstance, parts: HttpParts): void {
  const { templates, limits } = parts;
  const open = { config: { access: 'template' } } as const;
  const files = { config: { access: 'template', isUpload: true }, bodyLimit: jsonBytesMax(limits) } as const;
  const callerOf = (request: FastifyRequest) => callFacts(request).caller;

  app.post('/v1/templates', files, async (request, reply) => {
    const caller = callerOf(request);
    const form = await readForm(request, fileNames(limits), limits);
    const view = await templates.create(readTemplateSettings(form), readTemplatePicture(form), caller);
    return await reply.code(201).header('location', `/v1/templates/${view.record.id}`).send(templateJson(view, caller));
  });
  app.get('/v1/templates', open, async (request) => {
    const caller = callerOf(request);
    const page = await templates.list(pageOf(request.query), caller);
    return pageJson(
      page.templates.map((view) => templateJson(view, caller)),
      page.nextToken,
    );
  });
  app.get<OfTemplate>('/v1/templates/:id', open, async (request) => {
    const caller = callerOf(request);
    return templateJson(await templates.get(idOf(request.params), caller), caller);
  });
  app.get<OfTemplate>(
    '/v1/templates/:id/picture',
    open,
    async (request, reply) =>
      await sendPicture(reply, await templates.picture(idOf(request.params), callerOf(request))),
  );
  app.delete<OfTemplate>('/v1/templates/:id', open, async (request) => {
    const id = idOf(request.params);
    await templates.delete(id, callerOf(request));
    return { id, object: 'template', deleted: true };
  });
  app.post<OfTemplate>('/v1/templates/:id/prime', files, async (request, reply) => {
    const id = idOf(request.params);
    const hasBody = request.isMultipart() || request.body !== undefined;
    const form = hasBody ? await readForm(request, fileNames(limits), limits) : undefined;
    const news = templates.prime(readPrimeOrder(id, form), callFacts(request));
    return await sendCallEvents({ request, reply, parts }, primeEvents(id, news));
  });
  app.post<OfTemplate>('/v1/templates/:id/pin', open, async (request) => {
    const caller = callerOf(request);
    const isPinned = flagOr(readJson(request.body ?? {}, {}), 'is_pinned');
    return templateJson(await templates.pin(idOf(request.params), isPinned, caller), caller);
  });
  app.post<OfTemplate>('/v1/templates/:id/grant', open, async (request) => {
    const caller = callerOf(request);
    const form = readJson(request.body ?? {}, {});
    const tenant = form.text('tenant');
    if (tenant === undefined) throw wrong('tenant', 'say who may edit it');
    const order = { id: idOf(request.params), tenant, isGranted: flagOr(form, 'is_granted') };
    return templateJson(await templates.grant(order, caller), caller);
  });
}

/** True where the form says nothing. */
function flagOr(form: Form, name: string): boolean {
  return form.find([name]) === undefined || form.flag(name);
}

async function* primeEvents(id: string, news: AsyncIterable<PrimeNews>): AsyncIterable<ServerEvent> {
  let last: PrimeNews | undefined;
  for await (last of news) yield eventOf('template.priming', { id, ...last });
  yield eventOf('template.primed', { id, ...last });
}

function eventOf(type: string, { id, done, total, bytes }: Partial<PrimeNews> & { readonly id: string }): ServerEvent {
  return { name: type, data: { type, id, done: done ?? 0, total: total ?? 0, activation_bytes: bytes ?? 0 } };
}

/** What is no id is treated like the id of nothing. */
function idOf({ id }: { readonly id: string }): string {
  if (isTemplateId(id)) return id;
  throw new ServiceError('not-found', 'template_id: there is no such template', { field: 'template_id' });
}
