import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ServiceError } from '@instgenie/domain';
import { asAll, openTestApp } from './testing-http.ts';
import { FakeEditing, jobId, png, templateId, testParts } from './testing-parts.ts';

const url = `data:image/png;base64,${png.toString('base64')}`;
const edit = { template_id: templateId, prompt: 'a' };
const unknownId = 'f'.repeat(24);

interface Row {
  readonly method: 'GET' | 'POST' | 'DELETE' | 'HEAD' | 'PUT' | 'OPTIONS';
  readonly path: string;
  readonly body?: object;
  readonly key?: string;
  readonly status: number;
  readonly want?: RegExp;
}

const rows: readonly Row[] = [
  { method: 'GET', path: '/v1/models', status: 200, want: /"id":"toy"/ },
  { method: 'GET', path: '/v1/models/toy', status: 200, want: /"default_steps":4/ },
  { method: 'GET', path: '/v1/models/other', status: 404, want: /model_not_found/ },
  { method: 'GET', path: '/v1/fleet', status: 200, want: /"masked_token_steps":3/ },
  { method: 'GET', path: '/v1/fleet', status: 200, want: /"cache":\{"hit":9\}/ },
  { method: 'GET', path: '/healthz', key: '', status: 200, want: /alive/ },
  { method: 'HEAD', path: '/readyz', key: '', status: 200 },
  { method: 'GET', path: '/v1/models', key: '', status: 401, want: /invalid_api_key/ },
  { method: 'GET', path: '/v1/fleet', key: 'Basic abc', status: 401 },
  { method: 'GET', path: '/v1/nothing', status: 404, want: /unknown_url/ },
  { method: 'PUT', path: '/v1/models', status: 404 },
  { method: 'OPTIONS', path: '/v1/images/edits', status: 404 },
  { method: 'GET', path: '/v1/edits/%zz', status: 400 },
  { method: 'GET', path: '/v1/images/edits/../../../etc/passwd', status: 404 },
  { method: 'POST', path: '/v1/images/edits', body: edit, status: 200, want: /"b64_json"/ },
  { method: 'POST', path: '/v1/images/edits', body: edit, key: 'key-edit', status: 200 },
  { method: 'POST', path: '/v1/images/edits', body: edit, key: 'key-template', status: 403, want: /scope/ },
  {
    method: 'POST',
    path: '/v1/images/edits',
    body: { ...edit, validate_only: true },
    status: 200,
    want: /"data":\[\]/,
  },
  { method: 'POST', path: '/v1/images/edits', status: 415 },
  { method: 'DELETE', path: '/v1/images/edits/running', status: 200, want: /"cancelled":true/ },
  { method: 'DELETE', path: '/v1/images/edits/other', status: 404 },
  { method: 'POST', path: '/v1/templates', body: { image: url, name: 'shirt' }, status: 201, want: /"name":"shirt"/ },
  { method: 'POST', path: '/v1/templates', body: { name: 'shirt' }, status: 400, want: /"param":"image"/ },
  { method: 'POST', path: '/v1/templates', body: { image: url, noise_seed: -1 }, status: 400, want: /"noise_seed"/ },
  { method: 'POST', path: '/v1/templates', body: { image: url, ttl_seconds: 1 }, status: 400, want: /"ttl_seconds"/ },
  { method: 'POST', path: '/v1/templates', body: { image: url }, key: 'key-edit', status: 403 },
  { method: 'GET', path: '/v1/templates?limit=1', status: 200, want: /"has_more":true,"next":"more"/ },
  { method: 'GET', path: '/v1/templates?after=more', status: 200, want: /"data":\[\],"has_more":false,"next":null/ },
  { method: 'GET', path: '/v1/templates?limit=0', status: 400, want: /"param":"limit"/ },
  { method: 'GET', path: '/v1/templates?after=1&after=2', status: 400, want: /"param":"after"/ },
  { method: 'GET', path: `/v1/templates/${templateId}`, status: 200, want: /"activation_bytes":7/ },
  { method: 'GET', path: `/v1/templates/${unknownId}`, status: 404, want: /"param":"template_id"/ },
  { method: 'GET', path: '/v1/templates/..%2f..%2fetc', status: 404 },
  { method: 'GET', path: `/v1/templates/${templateId}/picture`, status: 200, want: /PNG/ },
  { method: 'DELETE', path: `/v1/templates/${templateId}`, status: 200, want: /"deleted":true/ },
  { method: 'DELETE', path: `/v1/templates/${unknownId}`, status: 404 },
  { method: 'POST', path: `/v1/templates/${templateId}/pin`, status: 200, want: /"is_pinned":true/ },
  {
    method: 'POST',
    path: `/v1/templates/${templateId}/pin`,
    body: { is_pinned: false },
    status: 200,
    want: /"is_pinned":false/,
  },
  { method: 'POST', path: `/v1/templates/${templateId}/pin`, body: { is_pinned: 'x' }, status: 400 },
  { method: 'POST', path: `/v1/templates/${templateId}/grant`, body: { tenant: 'other' }, status: 200 },
  { method: 'POST', path: `/v1/templates/${templateId}/grant`, body: {}, status: 400, want: /"param":"tenant"/ },
  { method: 'POST', path: `/v1/templates/${templateId}/prime`, status: 200, want: /event: template.primed/ },
  { method: 'POST', path: `/v1/templates/${templateId}/prime`, body: { mask: url }, status: 200, want: /"total":2/ },
  { method: 'POST', path: `/v1/templates/${unknownId}/prime`, status: 404 },
  { method: 'POST', path: '/v1/edits', body: edit, status: 202, want: /"position":3/ },
  { method: 'POST', path: '/v1/edits', body: { edits: [edit, edit] }, status: 202 },
  { method: 'POST', path: '/v1/edits', body: { edits: [] }, status: 400, want: /"param":"edits"/ },
  {
    method: 'POST',
    path: '/v1/edits',
    body: { edits: [edit, { ...edit, seed: -5 }] },
    status: 400,
    want: /"edits\[1\]\.seed"/,
  },
  { method: 'POST', path: '/v1/edits', body: { edits: [edit, 7] }, status: 400, want: /"edits\[1\]"/ },
  { method: 'POST', path: '/v1/edits', body: { ...edit, webhook_url: 7 }, status: 400, want: /"webhook_url"/ },
  { method: 'POST', path: '/v1/edits', body: { ...edit, ttl_seconds: 1e9 }, status: 400, want: /"ttl_seconds"/ },
  { method: 'POST', path: '/v1/edits', body: edit, key: 'key-edit', status: 403 },
  { method: 'GET', path: '/v1/edits', status: 200, want: /"object":"edit.job"/ },
  { method: 'GET', path: `/v1/edits/${jobId}`, status: 200, want: /"status":"done"/ },
  { method: 'GET', path: '/v1/edits/1', status: 404, want: /"param":"job_id"/ },
  { method: 'DELETE', path: `/v1/edits/${jobId}`, status: 200, want: /"status":"cancelled"/ },
  { method: 'GET', path: `/v1/edits/${jobId}/events`, status: 200, want: /job.updated[^]*"position":3[^]*job.ended/ },
  { method: 'GET', path: `/v1/edits/${jobId}/results/0/0`, status: 200, want: /PNG/ },
  { method: 'GET', path: `/v1/edits/${jobId}/results/0/1`, status: 404 },
  { method: 'GET', path: `/v1/edits/${jobId}/results/0/x`, status: 404 },
  { method: 'GET', path: '/v1/files/results/nothing', key: '', status: 404 },
];

for (const { method, path, body, key, status, want } of rows) {
  const said = body === undefined ? '' : ` with ${JSON.stringify(body).slice(0, 60)}`;
  test(`${method} ${path}${said} is ${status}${key === undefined ? '' : ` for '${key}'`}`, async () => {
    await using server = await openTestApp();
    const authorization = key === undefined ? asAll.authorization : key.includes(' ') ? key : `Bearer ${key}`;
    const headers = key === '' ? {} : { authorization };
    const answer = await server.app.inject({
      method,
      url: path,
      headers,
      ...(body === undefined ? {} : { payload: body }),
    });
    assert.equal(answer.statusCode, status, answer.body);
    assert.match(answer.body, want ?? /^/);
    assert.match(String(answer.headers['x-request-id']), /^[0-9a-f-]{36}$/);
    assert.equal(answer.headers['x-content-type-options'], 'nosniff');
    assert.equal(answer.headers['access-control-allow-origin'], undefined);
    assert.doesNotMatch(answer.body, /secret-host|node_modules|\.ts:/);
  });
}

test('an API key may come as x-api-key or api-key', async () => {
  await using server = await openTestApp();
  for (const name of ['x-api-key', 'api-key']) {
    const { statusCode } = await server.app.inject({ url: '/v1/models', headers: { [name]: 'key-edit' } });
    assert.equal(statusCode, 200);
  }
});

test('progress is told to who asks for it, and all that is known of the result', async () => {
  await using server = await openTestApp();
  const payload = { ...edit, stream: true, partial_images: 1 };
  const post = async (headers: Record<string, string>) =>
    await server.app.inject({ method: 'POST', url: '/v1/images/edits', headers: { ...asAll, ...headers }, payload });
  const plain = await post({});
  assert.doesNotMatch(plain.body, /instgenie/);
  const { body } = await post({ 'x-instgenie-events': '1' });
  const kinds = [...body.matchAll(/"kind":"(\w+)"/g)].map(([, kind]) => kind);
  assert.deepEqual(kinds, ['accepted', 'queued', 'moved', 'stepped']);
  assert.match(body, /"instgenie":\{"index":0,[^]*"cache":"hit","worker":"worker-1"[^]*"timings_ms":\{"gateway":1/);
});

test('what has no effect is said in a header', async () => {
  await using server = await openTestApp();
  const payload = { ...edit, negative_prompt: 'blue' };
  const { headers } = await server.app.inject({ method: 'POST', url: '/v1/images/edits', headers: asAll, payload });
  assert.equal(headers['x-instgenie-warnings'], 'negative_prompt has no effect');
});

test('a job of edits has their priority, and a webhook', async () => {
  await using server = await openTestApp();
  const payload = { edits: [edit, { ...edit, mask_mode: 'white' }], webhook_url: 'https://a.test/', ttl_seconds: 60 };
  const headers = { ...asAll, 'idempotency-key': 'job-1' };
  await server.app.inject({ method: 'POST', url: '/v1/edits', headers, payload });
  const [order] = server.jobs.orders;
  assert.equal(order?.requestId, 'job-1');
  assert.equal(order.ttlMs, 60_000);
  assert.equal(order.webhookUrl, 'https://a.test/');
  assert.deepEqual(
    order.edits.map(({ priority, maskMode }) => [priority, maskMode]),
    [
      ['batch', 'alpha'],
      ['batch', 'white'],
    ],
  );
});

test('errors name a field as HTTP does, whatever the facade calls it', async () => {
  await using server = await openTestApp();
  const rows = [
    { field: 'edit.steps', sent: { sd_steps: 5 }, param: 'sd_steps' },
    { field: 'steps', sent: {}, param: 'num_inference_steps' },
    { field: 'edit.mask', sent: {}, param: 'mask' },
    { field: 'source', sent: {}, param: 'image' },
    { field: 'request_id', sent: {}, param: 'Idempotency-Key' },
  ];
  for (const { field, sent, param } of rows) {
    server.editing.failures.push(new ServiceError('invalid', `${field}: is wrong`, { field }));
    const payload = { ...edit, ...sent };
    const answer = await server.app.inject({ method: 'POST', url: '/v1/images/edits', headers: asAll, payload });
    assert.deepEqual(answer.json().error.param, param);
    assert.equal(answer.json().error.message, `${param}: is wrong`);
  }
});

test('without a worker it is not ready, but lives', async () => {
  await using server = await openTestApp(testParts({ fleet: { models: [], workers: [], isServing: false } }));
  assert.equal((await server.app.inject('/readyz')).statusCode, 503);
  assert.equal((await server.app.inject('/healthz')).statusCode, 200);
});

test('what we did wrong is not explained', async () => {
  const editing = new FakeEditing();
  await using server = await openTestApp(testParts({ editing }));
  for (const failure of [new TypeError('/srv/secret.ts:1'), 'text', undefined, { statusCode: 200 }]) {
    editing.run = () => Promise.reject(failure);
    const answer = await server.app.inject({ method: 'POST', url: '/v1/images/edits', headers: asAll, payload: edit });
    assert.equal(answer.statusCode, 500);
    assert.equal(answer.json().error.message, 'internal error');
    assert.equal(answer.headers['x-should-retry'], 'false');
  }
});

test('pictures above what may be held at once are for later, and every answer is told', async () => {
  const { limits } = testParts();
  const answers: unknown[] = [];
  const parts = testParts({
    limits: { ...limits, uploadBytesMax: 100 },
    onAnswer: ({ method, route, status }) => answers.push([method, route, status]),
  });
  await using server = await openTestApp(parts);
  const post = async (payload: object) =>
    await server.app.inject({ method: 'POST', url: '/v1/images/edits', headers: asAll, payload });
  assert.equal((await post({ ...edit, user: 'u'.repeat(60) })).headers['retry-after-ms'], '1000');
  assert.equal((await post({ n: 'x' })).statusCode, 400);
  assert.equal((await post({ n: 'x' })).statusCode, 400);
  assert.deepEqual(answers, [
    ['POST', '/v1/images/edits', 429],
    ['POST', '/v1/images/edits', 400],
    ['POST', '/v1/images/edits', 400],
  ]);
});

const part = (head: string, body = '') => `--x\r\ncontent-disposition: form-data; ${head}\r\n\r\n${body}\r\n`;
const forms: readonly {
  readonly name: string;
  readonly body: string;
  readonly status: number;
  readonly param: string;
}[] = [
  { name: 'cut off in a file', body: part('name="image"; filename="a"', 'abc'), status: 400, param: 'body' },
  { name: 'cut off in a field', body: part('name="prompt"', 'abc'), status: 400, param: 'body' },
  { name: 'without parts', body: 'abc', status: 400, param: 'body' },
  { name: 'of a part without a name', body: `${part('filename="a"', 'abc')}--x--\r\n`, status: 400, param: 'body' },
  {
    name: 'with a file nobody expects',
    body: `${part('name="model"; filename="a"')}--x--\r\n`,
    status: 400,
    param: 'model',
  },
  {
    name: 'of two masks',
    body: `${part('name="mask"; filename="a"', 'a').repeat(2)}--x--\r\n`,
    status: 400,
    param: 'mask',
  },
  { name: 'of too many fields', body: `${part('name="user"', 'a').repeat(70)}--x--\r\n`, status: 413, param: 'body' },
  {
    name: 'of a too long field',
    body: `${part('name="prompt"', 'a'.repeat(140_000))}--x--\r\n`,
    status: 413,
    param: 'prompt',
  },
  {
    name: 'of a too long name',
    body: `${part(`name="${'a'.repeat(100)}"`, 'a')}--x--\r\n`,
    status: 400,
    param: 'body',
  },
  {
    name: 'with a name that all objects have',
    body: `${part('name="toString"', 'a')}--x--\r\n`,
    status: 400,
    param: 'body',
  },
];

for (const { name, body, status, param } of forms) {
  test(`a form ${name} is refused`, async () => {
    await using server = await openTestApp();
    const headers = { ...asAll, 'content-type': 'multipart/form-data; boundary=x' };
    const answer = await server.app.inject({ method: 'POST', url: '/v1/images/edits', headers, payload: body });
    assert.deepEqual([answer.statusCode, answer.json().error.param], [status, param], answer.body);
  });
}

test('pages of the console need no key, and may run their own scripts only', async () => {
  const parts = testParts({
    registerConsole: async (app) => {
      app.get('/', async (_, reply) => await reply.type('text/html').send('<p>'));
    },
  });
  await using server = await openTestApp(parts);
  const { statusCode, headers } = await server.app.inject('/');
  assert.equal(statusCode, 200);
  assert.match(String(headers['content-security-policy']), /script-src 'self';/);
  const api = await server.app.inject({ url: '/v1/models', headers: asAll });
  assert.doesNotMatch(String(api.headers['content-security-policy']), /script-src/);
});
