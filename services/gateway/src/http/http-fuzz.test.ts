import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { accepted, aliases, withoutEffect } from './openai-names.ts';
import { asAll, openTestApp } from './testing-http.ts';
import { jobId, png, templateId, testParts } from './testing-parts.ts';

interface Sent {
  readonly type: string | undefined;
  readonly body: Buffer | undefined;
}

const url = `data:image/png;base64,${png.toString('base64')}`;
const names = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...Object.values(aliases).flat(), ...withoutEffect, ...accepted) },
  {
    weight: 5,
    arbitrary: fc.constantFrom(
      ...'image image[] images url[] mask mask[] edits name noise_seed ttl_seconds webhook_url'.split(' '),
      ...'tenant is_pinned keep_every constructor toString [] prompt[] '.split(' '),
    ),
  },
  fc.string({ unit: 'binary', maxLength: 80 }),
);
/** Mostly right, so that every field has its turn. */
const values: fc.Arbitrary<unknown> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom<unknown>(1, 2, '3', 0.5, true, 'true', 'auto', 'png', templateId, url, null),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom<unknown>('512x512', 'b64_json', 'url', 'high', 'a prompt', -1, 1e308, '1e9'),
  },
  { weight: 1, arbitrary: fc.constantFrom<unknown>([url], [{ image_url: url }], { file_id: templateId }, [[[]]], {}) },
  fc.jsonValue({ maxDepth: 3 }),
);
const objects = fc
  .tuple(
    fc.constantFrom<object>({}, { template_id: templateId, prompt: 'a' }, { image: url, prompt: 'a' }),
    fc.array(fc.tuple(names, values), { maxLength: 5 }),
  )
  .map(([least, said]) => ({ ...least, ...Object.fromEntries(said) }));
const manyEdits = fc.record(
  { edits: fc.array(objects, { maxLength: 3 }), webhook_url: values },
  { requiredKeys: ['edits'] },
);

/** Changes some bytes of a text, cuts it, or leaves it. */
const damaged = (texts: fc.Arbitrary<Buffer>) =>
  fc
    .tuple(
      texts,
      fc.oneof(
        { weight: 4, arbitrary: fc.constant<readonly (readonly [number, number])[]>([]) },
        fc.array(fc.tuple(fc.nat(5000), fc.nat(255)), { maxLength: 4 }),
      ),
      fc.oneof({ weight: 6, arbitrary: fc.constant(1) }, fc.double({ min: 0, max: 1, noNaN: true })),
    )
    .map(([bytes, changes, share]) => {
      const copy = Buffer.from(bytes);
      for (const [at, byte] of changes) if (copy.length > 0) copy[at % copy.length] = byte;
      return copy.subarray(0, Math.ceil(copy.length * share));
    });

const json: fc.Arbitrary<Sent> = damaged(
  fc.oneof(objects, manyEdits).map((body) => Buffer.from(JSON.stringify(body))),
).map((body) => ({ type: 'application/json', body }));

const part = fc
  .tuple(
    names,
    fc.option(fc.constantFrom('a.png', '../../x', '', 'a"b'), { nil: undefined }),
    fc.constantFrom('', 'content-type: image/png\r\n', 'content-type: application/json\r\n', 'content-type: x\r\n'),
    fc.oneof(
      fc.constant(png),
      values.map((value) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value))),
    ),
  )
  .map(([name, file, type, data]) => {
    const fileName = file === undefined ? '' : `; filename="${file}"`;
    const head = `--x\r\ncontent-disposition: form-data; name="${name}"${fileName}\r\n${type}\r\n`;
    return Buffer.concat([Buffer.from(head), data, Buffer.from('\r\n')]);
  });
const form: fc.Arbitrary<Sent> = damaged(
  fc.array(part, { maxLength: 6 }).map((parts) => Buffer.concat([...parts, Buffer.from('--x--\r\n')])),
).chain((body) =>
  fc
    .constantFrom('multipart/form-data; boundary=x', 'multipart/form-data', 'multipart/form-data; boundary="y"')
    .map((type) => ({
      type,
      body,
    })),
);
const anything: fc.Arbitrary<Sent> = fc
  .record({
    type: fc.option(fc.constantFrom('text/plain', 'application/json; charset=latin1', 'image/png', '*/*', 'a', '')),
    body: fc.option(
      fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
      { nil: undefined },
    ),
  })
  .map(({ type, body }) => ({ type: type ?? undefined, body }));

const segments = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(templateId, jobId, 'f'.repeat(24), '0', '1', 'toy') },
  fc.constantFrom('..', '%2e%2e%2f', '%00', '%zz', '%c0%80', 'a'.repeat(200), '%E2%80%AE', '-1', '1e3', '__proto__'),
  fc.webSegment({ size: 'small' }),
);
const paths = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('/v1/images/edits', '/v1/edits', '/v1/templates') },
  fc
    .tuple(fc.constantFrom('/v1/templates', '/v1/edits', '/v1/models', '/v1/files/results'), segments)
    .map((all) => all.join('/')),
  fc
    .tuple(segments, fc.constantFrom('picture', 'prime', 'pin', 'grant'))
    .map(([id, what]) => `/v1/templates/${id}/${what}`),
  fc.tuple(segments, segments, segments).map(([id, item, picture]) => `/v1/edits/${id}/results/${item}/${picture}`),
  segments.map((id) => `/v1/edits/${id}/events`),
  fc
    .tuple(fc.constantFrom('/v1/edits', '/v1/templates'), fc.webQueryParameters({ size: 'small' }))
    .map((all) => all.join('?')),
  fc.constantFrom('/v1/models', '/v1/fleet', '/healthz', '/readyz', '/', '//', '/v1'),
);
const headers = fc.record(
  {
    authorization: fc.oneof(
      { weight: 9, arbitrary: fc.constant(asAll.authorization) },
      fc.constantFrom('', 'Bearer', 'Bearer x', 'key-all', 'Bearer key-edit'),
    ),
    'idempotency-key': fc.string({ maxLength: 300 }),
    'x-instgenie-events': fc.constantFrom('1', '2'),
    traceparent: fc.string({ maxLength: 60 }),
    'content-length': fc.constantFrom('5', '-1', 'x', '99999999999'),
    host: fc.constantFrom('a', '[::1]:1', ''),
  },
  { requiredKeys: ['authorization'] },
);

test('whatever is sent is answered, or refused with a status below 500 in the shape of all errors (seed 5)', async () => {
  const unhandled: unknown[] = [];
  const note = (reason: unknown) => unhandled.push(reason);
  process.on('unhandledRejection', note);
  const { limits } = testParts();
  const statuses = new Map<number, number>();
  {
    await using server = await openTestApp(testParts({ limits: { ...limits, lingerMs: 1 } }));
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          { weight: 9, arbitrary: fc.constant('POST' as const) },
          fc.constantFrom('GET', 'DELETE', 'PUT', 'HEAD'),
        ),
        paths,
        headers,
        fc.oneof(json, form, anything),
        async (method, path, headers, { type, body }) => {
          const answer = await server.app.inject({
            method: method as 'GET',
            url: path,
            headers: { ...headers, ...(type === undefined ? {} : { 'content-type': type }) },
            ...(body === undefined || method === 'GET' || method === 'HEAD' ? {} : { payload: body }),
          });
          const { statusCode: status } = answer;
          statuses.set(status, (statuses.get(status) ?? 0) + 1);
          assert.ok(status >= 200 && status < 500, `${status} ${answer.body}`);
          assert.match(String(answer.headers['x-request-id']), /^[0-9a-f-]{36}$/);
          if (status < 400 || method === 'HEAD') return;
          const { error } = answer.json();
          assert.deepEqual(Object.keys(error), ['message', 'type', 'param', 'code']);
          assert.doesNotMatch(error.message, /node_modules|\.ts|\/work/);
        },
      ),
      { numRuns: 3000, seed: 5 },
    );
  }
  await new Promise((resolve) => setImmediate(resolve));
  process.off('unhandledRejection', note);
  assert.deepEqual(unhandled, []);
  // Otherwise nothing but the door was tried.
  for (const status of [200, 202, 400, 401, 403, 404, 413, 415]) {
    assert.ok((statuses.get(status) ?? 0) > 0, `no ${status} in ${JSON.stringify([...statuses])}`);
  }
});
