import { ServiceError } from '@instgenie/domain';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { HttpParts } from './http-parts.ts';

const path = '/v1/files/results';

/** Where the result of a link is read. */
export function linkPath(id: string): string {
  return `${path}/${id}`;
}

/** Results by links that nobody can guess: who has one needs no key. */
export function resultRoutes(app: FastifyInstance, { links }: HttpParts): void {
  app.get<{ Params: { id: string } }>(
    `${path}/:id`,
    { config: { access: 'public' } },
    async ({ params }, reply) => await sendPicture(reply, await links.get(params.id)),
  );
}

/** A picture's file, as what it is. */
export async function sendPicture(reply: FastifyReply, bytes: Uint8Array): Promise<FastifyReply> {
  const type = pictureType(bytes);
  if (type === undefined) throw new ServiceError('internal', 'a stored picture is none');
  return await reply.type(type).send(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
}

function pictureType(bytes: Uint8Array): string | undefined {
  const start = Buffer.from(bytes.subarray(0, 12)).toString('latin1');
  if (start.startsWith('\x89PNG')) return 'image/png';
  if (start.startsWith('\xff\xd8')) return 'image/jpeg';
  return start.startsWith('RIFF') && start.endsWith('WEBP') ? 'image/webp' : undefined;
}
