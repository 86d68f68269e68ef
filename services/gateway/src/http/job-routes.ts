import { randomUUID } from 'node:crypto';
import { ServiceError } from '@instgenie/domain';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Job } from '../jobs/jobs.ts';
import { callFacts, requestIdOf } from './http-call.ts';
import { jsonBytesMax } from './http-limits.ts';
import type { HttpParts } from './http-parts.ts';
import { jobJson } from './job-json.ts';
import { readJob } from './job-request.ts';
import { fileNames, paramNames } from './openai-names.ts';
import { sentNames } from './openai-request.ts';
import { pageJson, pageOf } from './page-query.ts';
import { readForm } from './read-form.ts';
import { sendPicture } from './result-routes.ts';
import { type ServerEvent, sendCallEvents } from './send-events.ts';

interface OfJob {
  readonly Params: { readonly id: string };
}

interface OfResult {
  readonly Params: { readonly id: string; readonly item: string; readonly picture: string };
}

/** Jobs under `/v1/edits`: edits that nobody waits for. */
export function jobRoutes(app: FastifyInstance, parts: HttpParts): void {
  const { jobs, limits } = parts;
  const open = { config: { access: 'job' } } as const;
  const callerOf = (request: FastifyRequest) => callFacts(request).caller;

  const files = { config: { access: 'job', isUpload: true }, bodyLimit: jsonBytesMax(limits) } as const;
  app.post('/v1/edits', files, async (request, reply) => {
    const form = await readForm(request, fileNames(limits), limits);
    if (request.call !== null) request.call.names = { ...paramNames, ...sentNames(form) };
    const order = readJob(form, { limits, requestId: requestIdOf(request), newRequestId: randomUUID });
    const job = await jobs.submit(order, callerOf(request));
    return await reply.code(202).header('location', `/v1/edits/${job.id}`).send(jobJson(job));
  });
  app.get('/v1/edits', open, async (request) => {
    const page = await jobs.list(pageOf(request.query), callerOf(request));
    return pageJson(page.jobs.map(jobJson), page.nextToken);
  });
  app.get<OfJob>('/v1/edits/:id', open, async (request) =>
    jobJson(await jobs.get(idOf(request.params), callerOf(request))),
  );
  app.delete<OfJob>('/v1/edits/:id', open, async (request) =>
    jobJson(await jobs.cancel(idOf(request.params), callerOf(request))),
  );
  app.get<OfJob>('/v1/edits/:id/events', open, async (request, reply) => {
    const changes = jobs.watch(idOf(request.params), callFacts(request));
    return await sendCallEvents({ request, reply, parts }, jobEvents(changes));
  });
  app.get<OfResult>('/v1/edits/:id/results/:item/:picture', open, async (request, reply) => {
    const { item, picture } = request.params;
    const which = { id: idOf(request.params), item: indexOf(item), picture: indexOf(picture) };
    return await sendPicture(reply, await jobs.result(which, callerOf(request)));
  });
}

/** `job.updated` each time it has changed, and `job.ended` at last. */
async function* jobEvents(changes: AsyncIterable<Job>): AsyncIterable<ServerEvent> {
  for await (const job of changes) {
    const type = job.endedAtMs === undefined ? 'job.updated' : 'job.ended';
    yield { name: type, data: { type, job: jobJson(job) } };
  }
}

/** What is no id is treated like the id of nothing. */
function idOf({ id }: { readonly id: string }): string {
  if (/^[0-9a-f]{32}$/.test(id)) return id;
  throw new ServiceError('not-found', 'job_id: there is no such job', { field: 'job_id' });
}

function indexOf(text: string): number {
  if (/^\d{1,3}$/.test(text)) return Number(text);
  throw new ServiceError('not-found', 'there is no such result');
}
