import { ServiceError } from '@instgenie/domain';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { discardRest } from './discard-rest.ts';
import type { HttpParts } from './http-parts.ts';
import { HttpRefusal } from './http-refusal.ts';
import { openAiError } from './openai-error.ts';

interface Failure {
  readonly thrown: unknown;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/** The one place where failures become answers. */
export function refuse({ log, limits }: HttpParts, { thrown, request, reply }: Failure): void {
  const error = refusalOf(thrown);
  const { status, headers, body } = openAiError(error, request.call?.names);
  if (status === 500) log.error({ requestId: request.id, err: error.cause ?? error }, 'an HTTP request failed');
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
  const status = thrown instanceof Error && 'statusCode' in thrown ? Number(thrown.statusCode) : 500;
  if (thrown instanceof ServiceError || !(status >= 400 && status < 500)) return ServiceError.from(thrown);
  switch (status) {
    case 413:
      return new HttpRefusal(413, 'body: too large', 'body');
    case 415:
      return new HttpRefusal(415, 'body: send multipart/form-data or application/json', 'body');
    default:
      return new ServiceError('invalid', 'the request cannot be read', { field: 'body' });
  }
}
