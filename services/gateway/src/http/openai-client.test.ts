import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ServiceError } from '@instgenie/domain';
import { RetryError } from '@instgenie/rpc';
import OpenAI, { toFile } from 'openai';
import { serveHttp } from './serve-http.ts';
import { key, png, templateId, testParts } from './testing-parts.ts';

async function start(parts = testParts(), apiKey = key) {
  const server = await serveHttp('127.0.0.1:0', parts, new AbortController().signal);
  const openai = new OpenAI({ apiKey, baseURL: `http://127.0.0.1:${server.port}/v1`, logLevel: 'off' });
  return { ...parts, openai, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

const image = () => toFile(png, 'shirt.png', { type: 'image/png' });

test('a picture is edited with file, mask, n and size, and comes back in base64', async () => {
  await using client = await start();
  const { data, ...answer } = await client.openai.images.edit({
    image: await image(),
    mask: await image(),
    prompt: 'a red shirt',
    n: 2,
    size: '1024x1536',
    quality: 'high',
    output_format: 'webp',
    user: 'somebody',
  });
  assert.deepEqual(
    data?.map(({ b64_json: text }) => Buffer.from(text ?? '', 'base64')),
    [Buffer.concat([png, Buffer.of(0)]), Buffer.concat([png, Buffer.of(1)])],
  );
  assert.equal(answer.size, '1024x1536');
  assert.equal(answer.output_format, 'webp');
  assert.equal(answer.usage?.output_tokens, 512);
  const [order] = client.editing.orders;
  assert.deepEqual(order?.source, { kind: 'inline', bytes: png });
  assert.deepEqual(order?.mask, png);
  assert.equal(order?.maskMode, 'alpha');
  assert.equal(order?.count, 2);
  assert.deepEqual(order?.size, { width: 1024, height: 1536 });
});

test('a list of one image is an image, and several are refused', async () => {
  await using client = await start();
  await client.openai.images.edit({ image: [await image()], prompt: 'a' });
  await assert.rejects(
    client.openai.images.edit({ image: [await image(), await image()], prompt: 'a' }),
    (thrown) => thrown instanceof OpenAI.BadRequestError && thrown.param === 'image',
  );
});

test('a result may be a link, which nobody needs a key for', async () => {
  await using client = await start();
  const { data } = await client.openai.images.edit({ image: await image(), prompt: 'a', response_format: 'url' });
  const answer = await fetch(data?.[0]?.url ?? '');
  assert.equal(answer.headers.get('content-type'), 'image/png');
  assert.deepEqual(Buffer.from(await answer.arrayBuffer()), Buffer.concat([png, Buffer.of(0)]));
});

test('a link is under the address that the deployment says, where it does', async () => {
  await using client = await start(testParts({ publicUrl: 'https://edits.example/' }));
  const { data } = await client.openai.images.edit({ image: await image(), prompt: 'a', response_format: 'url' });
  assert.match(data?.[0]?.url ?? '', /^https:\/\/edits\.example\/v1\/files\/results\//);
});

test('a stream has partial images, then the completed one', async () => {
  await using client = await start();
  const stream = await client.openai.images.edit({
    image: await image(),
    prompt: 'a',
    stream: true,
    partial_images: 2,
  });
  const events = await Array.fromAsync(stream);
  assert.deepEqual(
    events.map((event) => [event.type, event.type === 'image_edit.partial_image' ? event.partial_image_index : -1]),
    [
      ['image_edit.partial_image', 0],
      ['image_edit.partial_image', 1],
      ['image_edit.completed', -1],
    ],
  );
  const last = events.at(-1);
  assert.ok(last?.type === 'image_edit.completed');
  assert.deepEqual(Buffer.from(last.b64_json, 'base64'), Buffer.concat([png, Buffer.of(0)]));
  assert.equal(last.usage.output_tokens, 256);
});

test('what fails in the middle of a stream ends it with the error', async () => {
  await using client = await start();
  client.editing.lateFailure = new ServiceError('deadline', 'it was not done in time');
  const stream = await client.openai.images.edit({ image: await image(), prompt: 'a', stream: true });
  await assert.rejects(Array.fromAsync(stream), (thrown) => {
    return thrown instanceof OpenAI.APIError && thrown.code === 'deadline_exceeded';
  });
});

test('what fails before a stream has a status of its own', async () => {
  await using client = await start();
  client.editing.failures.push(new ServiceError('not-found', 'template_id: there is no such template'));
  await assert.rejects(
    client.openai.images.edit({ image: await image(), prompt: 'a', stream: true }),
    OpenAI.NotFoundError,
  );
});

test('a template goes as an extra field, and seeds and steps with it', async () => {
  await using client = await start();
  const answer = await client.openai.post('/images/edits', {
    body: { template_id: templateId, prompt: 'a', seed: 42, num_inference_steps: 8, guidance_scale: 3.5 },
  });
  const [order] = client.editing.orders;
  assert.deepEqual(order?.source, { kind: 'template', id: templateId });
  assert.deepEqual([order?.seed, order?.steps, order?.guidance], [42, 8, 3.5]);
  const { instgenie } = answer as { readonly instgenie: { readonly pictures: readonly { readonly seed: number }[] } };
  assert.equal(instgenie.pictures[0]?.seed, 42);
});

test('models are listed and found', async () => {
  await using client = await start();
  const models = await Array.fromAsync(client.openai.models.list());
  assert.deepEqual(
    models.map(({ id, object, owned_by: owner }) => [id, object, owner]),
    [['toy', 'model', 'instgenie']],
  );
  assert.equal((await client.openai.models.retrieve('toy')).id, 'toy');
  await assert.rejects(client.openai.models.retrieve('other'), OpenAI.NotFoundError);
});

test('an Idempotency-Key names the request', async () => {
  await using client = await start();
  await client.openai.images.edit({ image: await image(), prompt: 'a' }, { headers: { 'idempotency-key': 'once' } });
  await client.openai.images.edit({ image: await image(), prompt: 'a' }, { headers: { 'idempotency-key': 'a b' } });
  assert.equal(client.editing.orders[0]?.requestId, 'once');
  assert.match(client.editing.orders[1]?.requestId ?? '', /^[0-9a-f]{64}$/);
});

test('a wrong key is 401, a key without the scope 403', async () => {
  await using client = await start(testParts(), 'nobody');
  await assert.rejects(client.openai.models.list(), OpenAI.AuthenticationError);
  const other = client.openai.withOptions({ apiKey: 'key-job' });
  await assert.rejects(other.images.edit({ image: await image(), prompt: 'a' }), OpenAI.PermissionDeniedError);
  assert.deepEqual(client.editing.orders, []);
});

test('a wrong field is 400 and named as it was sent', async () => {
  await using client = await start();
  await assert.rejects(client.openai.images.edit({ image: await image(), prompt: 'a', n: 11 }), (thrown) => {
    assert.ok(thrown instanceof OpenAI.BadRequestError);
    assert.deepEqual([thrown.param, thrown.code, thrown.type], ['n', 'invalid_value', 'invalid_request_error']);
    assert.match(thrown.requestID ?? '', /^[0-9a-f-]{36}$/);
    return true;
  });
  client.editing.failures.push(
    new ServiceError('invalid', 'edit.mask: not the picture’s size', { field: 'edit.mask' }),
  );
  await assert.rejects(client.openai.images.edit({ image: await image(), prompt: 'a' }), (thrown) => {
    return thrown instanceof OpenAI.BadRequestError && thrown.param === 'mask';
  });
});

test('an unknown model is 404', async () => {
  await using client = await start();
  await assert.rejects(client.openai.images.edit({ image: await image(), prompt: 'a', model: 'gpt' }), (thrown) => {
    return thrown instanceof OpenAI.NotFoundError && thrown.code === 'model_not_found' && thrown.param === 'model';
  });
});

test('a picture or mask above its limit is 413', async () => {
  const { limits } = testParts();
  await using client = await start(testParts({ limits: { ...limits, pictureBytesMax: 1000, maskBytesMax: 100 } }));
  const large = async (bytes: number) => await toFile(Buffer.alloc(bytes), 'large.png');
  const failures = [
    { image: await large(1001), prompt: 'a' },
    { image: await large(3_000_000), prompt: 'a' },
    { image: await image(), mask: await large(101), prompt: 'a' },
  ];
  for (const request of failures) {
    await assert.rejects(client.openai.images.edit(request), (thrown) => {
      return thrown instanceof OpenAI.APIError && thrown.status === 413 && thrown.code === 'request_too_large';
    });
  }
  assert.deepEqual(client.editing.orders, []);
});

test('who is told to come later comes later, and is served', async () => {
  await using client = await start();
  client.editing.failures.push(
    new RetryError('overloaded', 'too much to do', { retryAfterMs: 5 }),
    new RetryError('unavailable', 'no worker', { retryAfterMs: 5 }),
  );
  const { data } = await client.openai.images.edit({ image: await image(), prompt: 'a' });
  assert.equal(data?.length, 1);
  assert.equal(client.editing.orders.length, 3);
});

test('who is refused in the end sees 429 or 503', async () => {
  await using client = await start();
  const patient = client.openai.withOptions({ maxRetries: 0 });
  client.editing.failures.push(new RetryError('overloaded', 'too much to do', { retryAfterMs: 1500 }));
  await assert.rejects(patient.images.edit({ image: await image(), prompt: 'a' }), (thrown) => {
    assert.ok(thrown instanceof OpenAI.RateLimitError);
    assert.equal(thrown.headers.get('retry-after-ms'), '1500');
    assert.equal(thrown.headers.get('retry-after'), '2');
    return true;
  });
  client.editing.failures.push(new ServiceError('unavailable', 'no worker'));
  await assert.rejects(patient.images.edit({ image: await image(), prompt: 'a' }), OpenAI.InternalServerError);
});

test('what is not worth trying again is tried once', async () => {
  await using client = await start();
  for (const code of ['conflict', 'deadline', 'internal', 'unsupported'] as const) {
    client.editing.failures.push(new ServiceError(code, 'secret: /srv/disk'));
    await assert.rejects(client.openai.images.edit({ image: await image(), prompt: 'a' }), (thrown) => {
      return thrown instanceof OpenAI.APIError && (code !== 'internal' || !thrown.message.includes('secret'));
    });
  }
  assert.equal(client.editing.orders.length, 4);
});
