import { readDataUrl } from './data-url.ts';
import { Form, type FormFile } from './form.ts';
import { wrong } from './http-refusal.ts';

/** Which names hold files, and how large they may be. */
export type FileNames = Readonly<Record<string, { readonly as: string; readonly bytesMax: number }>>;

/**
 * A JSON body as a form. Files are `data:` URLs, as text, as `{ image_url }`, or as OpenAI's `{ file_id }`, which is a
 * template here and comes as the value `template_id`. Throws `invalid`.
 */
export function readJson(body: unknown, names: FileNames): Form {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw wrong('body', 'expected a JSON object');
  const values = new Map<string, readonly unknown[]>();
  const files: FormFile[] = [];
  for (const [key, value] of Object.entries(body)) {
    const name = key.replace(/\[\]$/, '');
    const file = Object.hasOwn(names, name) ? names[name] : undefined;
    if (file === undefined) values.set(name, [value]);
    else {
      for (const part of Array.isArray(value) ? value : [value]) {
        const found = readPart(part, { field: file.as, bytesMax: file.bytesMax });
        if (found === undefined) continue;
        if (typeof found === 'string') values.set('template_id', [...(values.get('template_id') ?? []), found]);
        else files.push({ name: file.as, bytes: found });
      }
    }
  }
  return new Form(values, files);
}

/** Bytes, the id of a template, or nothing. */
function readPart(
  part: unknown,
  limit: { readonly field: string; readonly bytesMax: number },
): Uint8Array | string | undefined {
  if (part === null || part === undefined || part === '') return undefined;
  if (typeof part === 'string') return readDataUrl(part, limit);
  if (typeof part === 'object') {
    const { image_url: url, file_id: id } = part as { readonly image_url?: unknown; readonly file_id?: unknown };
    const text = typeof url === 'object' && url !== null && 'url' in url ? url.url : url;
    if (typeof text === 'string') return readDataUrl(text, limit);
    if (typeof id === 'string' && limit.field === 'image') return id;
  }
  const templates = limit.field === 'image' ? ', or { "file_id": the id of a template }' : '';
  throw wrong(limit.field, `expected { "image_url": "data:image/png;base64,..." }${templates}`);
}
