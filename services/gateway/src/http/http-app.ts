import { randomUUID } from 'node:crypto';
import multipart from '@fastify/multipart';
import { ServiceError } from '@instgenie/domain';
import fastify, {
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type FastifyServerFactory,
} from 'fastify';
import { discardRest } from './discard-rest.ts';
import { editsRoutes } from './edits-routes.ts';
import { fleetRoutes } from './fleet-routes.ts';
import { admitCaller, beginCall } from './http-call.ts';
import type { HttpParts } from './http-parts.ts';
import { HttpRefusal } from './http-refusal.ts';
import { jobRoutes } from './job-routes.ts';
import { openAiError } from './openai-error.ts';
import { resultRoutes } from './result-routes.ts';
import { consoleHeaders, securityHeaders } from './security-headers.ts';
import { templateRoutes } from './template-routes.ts';

export interface AppOptions {
  readonly serverFactory?: FastifyServerFactory;
  /** Aborts what still runs. */
  readonly closed: AbortSignal;
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
    bodyLimit: smallBodyBytesMax,
    exposeHeadRoutes: false,
    return503OnClosing: false,
    routerOptions: { maxParamLength: 128 },
    frameworkErrors: (thrown, request, reply) => {
      reply.headers(securityHeaders(options));
      refuse(parts, { thrown, request, reply });
    },
  });
  app.removeContentTypeParser('text/plain');
  app.decorateRequest('call', null);
  app.addHook('onRequest', async (request, reply) => {
    reply.headers({ ...securityHeaders(options), 'x-request-id': request.id });
    const call = (request.call = beginCall(reply, options.closed));
    if (options.isDraining() && request.routeOptions.url !== '/healthz') {
      throw new ServiceError('unavailable', 'this server is going; try again');
    }
    const { access } = request.routeOptions.config;
    if (request.is404 || access === 'public') return;
    call.caller = await admitCaller(request, { access: access ?? 'tenant', authenticator: parts.authenticator });
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

interface Failure {
  readonly thrown: unknown;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/** The one place where failures become answers. */
function refuse({ log, limits }: HttpParts, { thrown, request, reply }: Failure): void {
  const refusal = refusalOf(thrown);
  const { status, headers, body } = openAiError(refusal, request.call?.names);
  if (status === 500) log.error({ requestId: request.id, err: causeOf(refusal) }, 'an HTTP request failed');
  // A connection that is closed at once is reset, and callers that still send would not see why.
  reply.removeHeader('connection');
  discardRest(request.raw, reply.raw, limits);
  reply
    .code(status)
    .headers({ 'x-request-id': request.id, ...headers })
    .send(body);
}

/** What fastify itself refuses has a status; its texts are not for callers. */
function refusalOf(thrown: unknown): ServiceError {
  if (thrown instanceof ServiceError) return thrown;
  const status = thrown instanceof Error && 'statusCode' in thrown ? Number(thrown.statusCode) : 500;
  switch (status) {
    case 413:
      return new HttpRefusal(413, 'body: too large', 'body');
    case 415:
      return new HttpRefusal(415, 'body: send multipart/form-data or application/json', 'body');
    case 404:
      return new HttpRefusal(404, 'there is nothing at this address');
    default:
      if (status >= 400 && status < 500)
        return new ServiceError('invalid', 'the request cannot be read', { field: 'body' });
      return ServiceError.from(thrown);
  }
}

function causeOf(error: ServiceError): unknown {
  return error.cause ?? error;
}
