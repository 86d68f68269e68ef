import type { Multipart, MultipartFile } from '@fastify/multipart';
import { ServiceError } from '@instgenie/domain';
import type { FastifyRequest } from 'fastify';
import { readDataUrl } from './data-url.ts';
import { Form, type FormFile } from './form.ts';
import type { HttpLimits } from './http-limits.ts';
import { HttpRefusal, tooLarge, wrong } from './http-refusal.ts';
import type { FileNames } from './read-json.ts';

/** Names of text that may be as long as a file. */
const urlNames = new Set(['url', 'image_url']);
const nameCharsMax = 64;
const filesMax = 16;
/** Of a form without its files. */
const formBytesMax = 1024 ** 2;

/**
 * Reads a multipart body as it comes, one part after the other, and stops at the first thing that is wrong: what is
 * above a limit is not read. Throws `invalid`, or a refusal with 413.
 */
export async function readMultipart(request: FastifyRequest, names: FileNames, limits: HttpLimits): Promise<Form> {
  using _ = cutAbove(request, requireFits(request, names));
  try {
    return await readParts(partsOf(request, limits), { names, limits });
  } catch (thrown) {
    throw refusalOf(thrown, limits);
  }
}

async function readParts(
  parts: AsyncIterable<Multipart>,
  { names, limits }: { readonly names: FileNames; readonly limits: HttpLimits },
): Promise<Form> {
  const values = new Map<string, unknown[]>();
  const files: FormFile[] = [];
  for await (const part of parts) {
    const name = nameOf(part);
    if (part.type === 'file') {
      const known = Object.hasOwn(names, name) ? names[name] : undefined;
      if (known === undefined) throw wrong(name.slice(0, nameCharsMax), 'no file is expected here');
      if (files.some((file) => file.name === known.as)) throw wrong(known.as, 'one file is expected');
      const bytes = await readFile(part, { known, isText: urlNames.has(name) });
      // A form sends an empty file for an input that nobody filled in.
      if (bytes.length > 0) files.push({ name: known.as, bytes });
    } else {
      if (part.fieldnameTruncated || name.length > nameCharsMax) throw wrong('body', 'a field has too long a name');
      if (part.valueTruncated) throw tooLarge(name, limits.fieldBytesMax);
      const known = values.get(name);
      if (known === undefined) values.set(name, [part.value]);
      else known.push(part.value);
    }
  }
  return new Form(values, files);
}

/** A damaged head leaves a part without a name, whatever its type says. */
function nameOf({ fieldname }: { readonly fieldname: string | undefined }): string {
  if (fieldname === undefined) throw wrong('body', 'a part has no name');
  return fieldname.replace(/\[\]$/, '');
}

function partsOf(request: FastifyRequest, limits: HttpLimits): AsyncIterable<Multipart> {
  return request.parts({
    isPartAFile: (name, type, fileName) =>
      fileName !== undefined ||
      type === 'application/octet-stream' ||
      type?.startsWith('image/') === true ||
      urlNames.has(name?.replace(/\[\]$/, '') ?? ''),
    limits: {
      fieldNameSize: nameCharsMax + 2,
      fieldSize: limits.fieldBytesMax,
      fields: limits.fieldsMax,
      parts: limits.fieldsMax + filesMax,
      files: filesMax,
      // Each file has its own limit, below.
      fileSize: Number.POSITIVE_INFINITY,
      headerPairs: 32,
    },
  });
}

/** The parser throws while it looks for a part, and also while one is read. */
function refusalOf(thrown: unknown, { fieldsMax }: HttpLimits): unknown {
  if (thrown instanceof ServiceError) return thrown;
  const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
  if (code === 'FST_FIELDS_LIMIT' || code === 'FST_PARTS_LIMIT' || code === 'FST_FILES_LIMIT') {
    return new HttpRefusal(413, `body: more than ${fieldsMax} fields or ${filesMax} files`, 'body');
  }
  if (code === 'FST_MP_PREMATURE_CLOSE') return new ServiceError('cancelled', 'the request ended too soon');
  return new ServiceError('invalid', 'body: is no multipart/form-data, or damaged', { field: 'body', cause: thrown });
}

async function readFile(
  part: MultipartFile,
  { known, isText }: { readonly known: { readonly as: string; readonly bytesMax: number }; readonly isText: boolean },
): Promise<Uint8Array> {
  const { as: field, bytesMax } = known;
  const bytesLimit = isText ? Math.ceil((bytesMax * 4) / 3) + 100 : bytesMax;
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of part.file as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    if (bytes > bytesLimit) throw tooLarge(field, bytesMax);
    chunks.push(chunk);
  }
  const whole = Buffer.concat(chunks);
  return isText && whole.length > 0 ? readDataUrl(whole.toString('latin1'), { field, bytesMax }) : whole;
}

/** Refuses by what the headers say, before anything is read. Returns how much may come. */
function requireFits(request: FastifyRequest, names: FileNames): number {
  const largest = new Map(Object.values(names).map(({ as, bytesMax }) => [as, bytesMax]));
  const bytesMax = [...largest.values()].reduce((sum, bytes) => sum + bytes, formBytesMax);
  if (Number(request.headers['content-length'] ?? 0) > bytesMax) throw tooLarge('body', bytesMax);
  return bytesMax;
}

/** Cuts off who sends more than all parts may have: what is around the parts has no other bound. */
function cutAbove({ raw }: FastifyRequest, bytesMax: number): Disposable {
  let bytes = 0;
  const count = (chunk: Uint8Array) => {
    bytes += chunk.length;
    if (bytes > bytesMax) raw.destroy();
  };
  raw.on('data', count);
  return { [Symbol.dispose]: () => raw.off('data', count) };
}
