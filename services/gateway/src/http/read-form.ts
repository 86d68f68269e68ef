import type { FastifyRequest } from 'fastify';
import type { Form } from './form.ts';
import type { HttpLimits } from './http-limits.ts';
import { HttpRefusal } from './http-refusal.ts';
import { type FileNames, readJson } from './read-json.ts';
import { readMultipart } from './read-multipart.ts';

/** The form that a request brings, as multipart/form-data or as JSON. Throws `invalid`, 413 or 415. */
export async function readForm(request: FastifyRequest, names: FileNames, limits: HttpLimits): Promise<Form> {
  if (request.isMultipart()) return await readMultipart(request, names, limits);
  if (request.body !== undefined) return readJson(request.body, names);
  throw new HttpRefusal(415, 'body: send multipart/form-data or application/json', 'body');
}
