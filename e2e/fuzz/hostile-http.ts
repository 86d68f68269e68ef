import fc from 'fast-check';
import { hostileCredentials, type KnownCredentials } from './hostile-credentials.ts';
import type { KnownThings } from './hostile-messages.ts';
import { damaged, doubles, files, texts, unsigned32 } from './hostile-values.ts';

/** A request of HTTP as bytes. */
export interface HttpCall {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

const boundary = 'boundary-7';

const fieldNames = [
  ['prompt', 'model', 'n', 'size', 'output_format', 'response_format', 'stream', 'partial_images', 'seed', 'steps'],
  ['guidance_scale', 'strength', 'grow_mask', 'feather', 'priority', 'deadline_ms', 'dense', 'require_warm', 'explain'],
  [
    'validate_only',
    'quality',
    'background',
    'images',
    'template_id',
    'name',
    'ttl_seconds',
    'keep_every',
    'noise_seed',
  ],
  ['edits', 'webhook_url', 'tenant', 'is_granted', 'is_pinned', '__proto__', 'constructor', 'image_url', 'mask'],
].flat();

const often = ['/v1/images/edits', '/v1/images/edits', '/v1/images/edits', '/v1/templates', '/v1/edits'];
const paths = [...often, '/v1/models', '/v1/fleet', '/healthz', '/'];

/** Requests of all routes, with wrong fields, wrong bodies and wrong keys. */
export function hostileHttp(known: KnownThings, credentials: KnownCredentials): fc.Arbitrary<HttpCall> {
  const anyId = fc.oneof(
    fc.constantFrom(...known.templateIds, ...known.jobIds),
    texts.map((text) => encodeURIComponent(text.toWellFormed().slice(0, 200))),
    fc.constantFrom('%', '%00', '..%2f..', '%ff%fe', '..', '*'),
  );
  const below = fc.tuple(
    fc.constantFrom('/v1/templates', '/v1/edits', '/v1/images/edits', '/v1/models', '/v1/images/results'),
    anyId,
    fc.constantFrom('', '/picture', '/prime', '/pin', '/grant', '/events', '/results/0/0', '/results/x/-1', '/content'),
  );
  const query = fc.oneof(
    { weight: 3, arbitrary: fc.constant('') },
    fc.constantFrom(
      '?limit=-1',
      '?limit=1e9',
      '?after=%00',
      '?limit=a&limit=b',
      '?__proto__=1',
      '?expires=x&signature=y',
    ),
  );
  const path = fc
    .tuple(
      fc.oneof(
        { weight: 5, arbitrary: fc.constantFrom(...paths) },
        { weight: 3, arbitrary: below.map((parts) => parts.join('/').replaceAll('//', '/')) },
      ),
      query,
    )
    .map((parts) => parts.join(''));
  const pictures = files(known.pictures);
  const value = fc.oneof(
    texts,
    unsigned32,
    doubles,
    fc.boolean(),
    fc.jsonValue({ maxDepth: 2 }),
    fc.constantFrom('auto', '64x64', '1x1', '99999x1', 'b64_json', 'url', 'true', '-1', '1e400', 'interactive'),
    pictures.map((file) => ({ image_url: `data:image/png;base64,${Buffer.from(file).toString('base64')}` })),
  );
  const fields = fc.dictionary(fc.constantFrom(...fieldNames), value, { maxKeys: 5 });
  const edit = fc
    .tuple(fields, fc.constantFrom(...known.templateIds))
    .map(([wrong, id]) => ({ template_id: id, prompt: 'a hat', validate_only: true, steps: 1, ...wrong }));
  const json = fc
    .oneof(
      edit,
      fields,
      fc.jsonValue(),
      fc.array(edit, { maxLength: 2 }).map((edits) => ({ edits })),
    )
    .map((body) => ({ type: 'application/json', body: Buffer.from(JSON.stringify(body) ?? '') }));
  const form = fc
    .tuple(fields, pictures, fc.constantFrom('image', 'image[]', 'mask', 'file', 'prompt'))
    .map(([more, file, name]) => ({
      type: `multipart/form-data; boundary=${boundary}`,
      body: multipart(Object.entries({ prompt: 'a hat', validate_only: 'true', ...more }), { name, file }),
    }));
  const good = fc.oneof(json, form);
  const content = fc.oneof(
    { weight: 5, arbitrary: good },
    {
      weight: 2,
      arbitrary: good.chain(({ type, body }) => damaged(fc.constant(body)).map((harmed) => ({ type, body: harmed }))),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(fc.constantFrom('text/plain', '', 'multipart/form-data', 'application/json; charset=x'), good)
        .map(([type, { body }]) => ({ type, body })),
    },
  );
  return fc
    .record({
      method: fc.constantFrom('POST', 'POST', 'POST', 'POST', 'GET', 'GET', 'DELETE', 'PUT'),
      path,
      content,
      authorization: fc.oneof(
        { weight: 8, arbitrary: fc.constant(`Bearer ${credentials.apiKey}`) },
        { weight: 1, arbitrary: hostileCredentials(credentials) },
      ),
      more: fc.oneof(
        { weight: 8, arbitrary: fc.constant({}) },
        texts.map((text) => ({ 'idempotency-key': printable(text) })),
        texts.map((text) => ({ 'x-api-key': printable(text), cookie: printable(text) })),
        fc.constantFrom({ 'content-encoding': 'gzip' }, { expect: '100-continue' }, { 'last-event-id': 'x' }),
      ),
    })
    .map(({ method, path: at, content: { type, body }, authorization, more }) => ({
      method,
      path: at,
      headers: {
        ...(type === '' ? {} : { 'content-type': type }),
        ...(authorization === undefined ? {} : { authorization: printable(authorization) }),
        ...more,
      },
      body: method === 'GET' ? Buffer.alloc(0) : body,
    }));
}

function printable(text: string): string {
  return text.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, 4000);
}

function multipart(
  fields: readonly (readonly [string, unknown])[],
  { name, file }: { readonly name: string; readonly file: Uint8Array },
): Buffer {
  const texts = fields.map(([field, value]) => {
    const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
    return Buffer.from(`--${boundary}\r\ncontent-disposition: form-data; name="${field}"\r\n\r\n${text}\r\n`);
  });
  const head = `--${boundary}\r\ncontent-disposition: form-data; name="${name}"; filename="a.png"\r\ncontent-type: image/png\r\n\r\n`;
  return Buffer.concat([...texts, Buffer.from(head), file, Buffer.from(`\r\n--${boundary}--\r\n`)]);
}
