import { randomUUID } from 'node:crypto';
import multipart from '@fastify/multipart';
import { ServiceError } from '@instgenie/domain';
import { RetryError } from '@instgenie/rpc';
import fastify, {
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type FastifyServerFactory,
} from 'fastify';
import { answerRaw } from './answer-raw.ts';
import { editsRoutes } from './edits-routes.ts';
import { fleetRoutes } from './fleet-routes.ts';
import { admitCaller, type HttpCalls } from './http-call.ts';
import { jsonBytesMax } from './http-limits.ts';
import type { HttpParts } from './http-parts.ts';
import { HttpRefusal } from './http-refusal.ts';
import { jobRoutes } from './job-routes.ts';
import { parseJson } from './parse-json.ts';
import { refuse } from './refuse.ts';
import { resultRoutes } from './result-routes.ts';
import { consoleHeaders, securityHeaders } from './security-headers.ts';
import { templateRoutes } from './template-routes.ts';
import { UploadBudget } from './upload-budget.ts';

export interface AppOptions {
  readonly serverFactory?: FastifyServerFactory;
  readonly calls: HttpCalls;
  /** True once nobody new is taken. */
  readonly isDraining: () => boolean;
  readonly isTls: boolean;
}

const smallBodyBytesMax = 1024 ** 2;

/** All routes on the facades; it listens to nothing yet. */
export async function openHttpApp(parts: HttpParts, options: AppOptions): Promise<FastifyInstance> {
  const app = fastify({
    ...(options.serverFactory === undefined ? {} : { serverFactory: options.serverFactory }),
    logger: false,
    genReqId: () => randomUUID(),
    requestIdHeader: false,
    clientErrorHandler: answerRaw,
    bodyLimit: smallBodyBytesMax,
    exposeHeadRoutes: false,
    return503OnClosing: false,
    routerOptions: { maxParamLength: 128 },
    frameworkErrors: (thrown, request, reply) => {
      reply.headers(securityHeaders(options));
      refuse(parts, { thrown, request, reply });
    },
  });
  const uploads = new UploadBudget(parts.limits.uploadBytesMax);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, async (_: unknown, body: Buffer) =>
    parseJson(body),
  );
  app.decorateRequest('call', null);
  app.addHook('onRequest', async (request, reply) => {
    reply.headers({ ...securityHeaders(options), 'x-request-id': request.id });
    const call = (request.call = options.calls.begin(reply));
    if (options.isDraining() && request.routeOptions.url !== '/healthz') {
      throw new ServiceError('unavailable', 'this server is going; try again');
    }
    const { access, isUpload } = request.routeOptions.config;
    if (request.is404 || access === 'public') return;
    call.caller = await admitCaller(request, { access: access ?? 'tenant', authenticator: parts.authenticator });
    if (isUpload === true) reserve(uploads, { request, reply, bytesMax: jsonBytesMax(parts.limits) });
  });
  app.addHook('onResponse', async (request, reply) => {
    const { method, routeOptions } = request;
    const route = routeOptions.url ?? 'none';
    parts.onAnswer?.({ method, route, status: reply.statusCode, ms: reply.elapsedTime });
  });
  app.setErrorHandler((thrown, request, reply) => refuse(parts, { thrown, request, reply }));
  app.setNotFoundHandler((request, reply) =>
    refuse(parts, { thrown: new HttpRefusal(404, 'there is nothing at this address'), request, reply }),
  );
  await app.register(multipart, { throwFileSizeLimit: false });
  for (const routes of [editsRoutes, templateRoutes, jobRoutes, fleetRoutes, resultRoutes]) routes(app, parts);
  const { registerConsole } = parts;
  if (registerConsole !== undefined) {
    await app.register(async (scope) => {
      scope.addHook('onRequest', async (_, reply) => void reply.headers(consoleHeaders));
      scope.addHook('onRoute', (route) => {
        route.config = { access: 'public', ...route.config };
      });
      await registerConsole(scope);
    });
  }
  return app;
}

/** Takes room for a request's body until it is answered. Throws `overloaded` where there is none. */
function reserve(
  uploads: UploadBudget,
  {
    request,
    reply,
    bytesMax,
  }: { readonly request: FastifyRequest; readonly reply: FastifyReply; readonly bytesMax: number },
): void {
  const { 'content-length': length, 'transfer-encoding': encoding } = request.headers;
  // Without either there is no body.
  const said = Number(length ?? (encoding === undefined ? 0 : bytesMax));
  const tenant = request.call?.caller?.tenant ?? '';
  const room = uploads.reserve(tenant, said >= 0 && said < bytesMax ? said : bytesMax);
  if (room === undefined) {
    throw new RetryError('overloaded', 'too many pictures are being sent; try again', { retryAfterMs: 1000 });
  }
  reply.raw.once('close', () => room[Symbol.dispose]());
}
