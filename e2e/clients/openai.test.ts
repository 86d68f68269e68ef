// OpenAI's own client, unchanged, on a deployment with the real engine.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { picture } from '@instgenie/domain';
import { decodePicture, encodePicture } from '@instgenie/pictures';
import { bytesDiffer, testMask, testPicture } from '@instgenie/worker/testing';
import OpenAI, { toFile } from 'openai';
import { Cluster } from '../harness/cluster.ts';

let cluster: Cluster;
let openai: OpenAI;
before(async () => {
  cluster = await Cluster.start({ workers: 1, kind: 'tiny', hasRedis: true, tenants: ['acme', 'other'] });
  openai = clientOf('acme');
});
after(() => cluster[Symbol.asyncDispose]());

function clientOf(tenant: string): OpenAI {
  const port = cluster.gateways[0]?.at.http;
  const apiKey = cluster.apiKey(tenant) ?? '';
  return new OpenAI({ baseURL: `http://127.0.0.1:${port}/v1`, apiKey, logLevel: 'off' });
}

const source = testPicture();
const { width, height, bits } = testMask();
const image = async () => await toFile(await encodePicture(source, 'png'), 'source.png', { type: 'image/png' });

/** Transparent where the picture may change, as OpenAI has it. */
async function mask() {
  const data = Uint8Array.from({ length: bits.length * 4 }, (_, at) =>
    at % 4 === 3 ? 255 * (1 - (bits[at >> 2] ?? 0)) : 0,
  );
  return await toFile(await encodePicture(picture({ width, height, channels: 4, data }), 'png'), 'mask.png');
}

async function pixelsOf(base64: string | undefined) {
  return await decodePicture(Buffer.from(base64 ?? '', 'base64'));
}

test('a picture changes where its mask is transparent and nowhere else, and a seed gives the same bytes again', async () => {
  const request = { image: await image(), mask: await mask(), prompt: 'a red fox', n: 2, seed: 7, steps: 2 };
  const { data, size, usage } = await openai.images.edit(request);
  assert.equal(data?.length, 2);
  assert.equal(size, '64x48');
  assert.ok((usage?.output_tokens ?? 0) > 0);
  for (const { b64_json: text } of data) {
    const { inside, outside } = bytesDiffer(source, await pixelsOf(text), testMask());
    assert.equal(outside, 0);
    assert.ok(inside > 100, `${inside}`);
  }
  assert.notEqual(data[0]?.b64_json, data[1]?.b64_json);
  const again = await openai.images.edit({ ...request, image: await image(), mask: await mask(), n: 1 });
  assert.equal(again.data?.[0]?.b64_json, data[0]?.b64_json);
});

test('a stream shows partial images, and ends with what an answer would have been', async () => {
  const request = { image: await image(), mask: await mask(), prompt: 'a red fox', seed: 7, steps: 4 };
  const stream = await openai.images.edit({ ...request, stream: true, partial_images: 2 });
  const events = await Array.fromAsync(stream);
  const last = events.at(-1);
  assert.equal(last?.type, 'image_edit.completed');
  for (const event of events.slice(0, -1)) {
    assert.equal(event.type, 'image_edit.partial_image');
    const { width, height } = await pixelsOf(event.b64_json);
    assert.deepEqual([width, height], [source.width, source.height]);
  }
  const { data } = await openai.images.edit({ ...request, image: await image(), mask: await mask() });
  assert.equal(last.b64_json, data?.[0]?.b64_json);
});

test('a link shows the result, resized', async () => {
  const { data } = await openai.images.edit({
    image: await image(),
    mask: await mask(),
    prompt: 'a red fox',
    size: '128x96',
    response_format: 'url',
    output_format: 'webp',
  });
  const answer = await fetch(data?.[0]?.url ?? '');
  assert.equal(answer.headers.get('content-type'), 'image/webp');
  const { width, height } = await decodePicture(new Uint8Array(await answer.arrayBuffer()));
  assert.deepEqual([width, height], [128, 96]);
});

test('what is wrong is named as it was sent', async () => {
  const request = { image: await image(), prompt: 'a red fox' };
  const small = await encodePicture(picture({ width: 8, height: 8, channels: 4, data: new Uint8Array(256) }), 'png');
  const refusals: readonly (readonly [object, number, string])[] = [
    [{ ...request, mask: await toFile(small, 'mask.png') }, 400, 'mask'],
    [{ ...request, image: await toFile(Buffer.from('GIF89a'), 'a.gif') }, 400, 'image'],
    [{ ...request, image: await image(), sd_steps: 5000 }, 400, 'sd_steps'],
    [{ ...request, image: await image(), model: 'gpt-image-1' }, 404, 'model'],
  ];
  for (const [sent, status, param] of refusals) {
    await assert.rejects(openai.images.edit(sent as typeof request), (thrown) => {
      assert.ok(thrown instanceof OpenAI.APIError, String(thrown));
      assert.deepEqual([thrown.status, thrown.param], [status, param], thrown.message);
      return true;
    });
  }
});

interface TemplateAnswer {
  readonly id: string;
  readonly is_warm: boolean;
}

interface JobAnswer {
  readonly id: string;
  readonly status: string;
  readonly items: readonly { readonly pictures: readonly { readonly url: string }[] }[];
}

test('a template that was added over HTTP is edited by its id, by its tenant alone', async () => {
  const form = { image: `data:image/png;base64,${Buffer.from(await encodePicture(source, 'png')).toString('base64')}` };
  const body = { ...form, name: 'fox', steps: 2 };
  const { id } = await openai.post<TemplateAnswer>('/templates', { body });
  const edit = { template_id: id, prompt: 'a red fox', mask: { image_url: await dataUrl(await mask()) } };
  const answer = await openai.post<{ readonly data: readonly unknown[] }>('/images/edits', { body: edit });
  assert.equal(answer.data.length, 1);
  await assert.rejects(clientOf('other').post('/images/edits', { body: edit }), OpenAI.NotFoundError);
  await assert.rejects(clientOf('other').get(`/templates/${id}`), OpenAI.NotFoundError);
  await openai.delete(`/templates/${id}`);
  await assert.rejects(openai.get(`/templates/${id}`), OpenAI.NotFoundError);
});

test('a job is taken, followed and read', async () => {
  const url = await dataUrl(await image());
  const maskUrl = await dataUrl(await mask());
  const edits = [1, 2].map((seed) => ({ image: url, mask: maskUrl, prompt: 'a red fox', seed, steps: 2 }));
  const job = await openai.post<JobAnswer>('/edits', { body: { edits } });
  const events: Response = await openai.get(`/edits/${job.id}/events`, { __binaryResponse: true });
  assert.match(await events.text(), /event: job\.ended/);
  const { status, items } = await openai.get<JobAnswer>(`/edits/${job.id}`, {});
  assert.equal(status, 'done');
  for (const { pictures } of items) {
    const path = pictures[0]?.url.replace('/v1', '') ?? '';
    const file: Response = await openai.get(path, { __binaryResponse: true });
    const { outside } = bytesDiffer(source, await decodePicture(new Uint8Array(await file.arrayBuffer())), testMask());
    assert.equal(outside, 0);
  }
});

test('the fleet is shown, and how often activations were there', async () => {
  interface FleetAnswer {
    readonly workers: readonly { readonly is_serving: boolean }[];
    readonly cache: Readonly<Record<string, number>>;
  }
  const { workers, cache } = await openai.get<FleetAnswer>('/fleet');
  assert.deepEqual(
    workers.map(({ is_serving: isServing }) => isServing),
    [true],
  );
  assert.ok((cache['hit'] ?? 0) > 0 && (cache['miss'] ?? 0) > 0, JSON.stringify(cache));
});

async function dataUrl(file: File): Promise<string> {
  return `data:image/png;base64,${Buffer.from(await file.arrayBuffer()).toString('base64')}`;
}
