import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ServiceError } from '@instgenie/domain';
import { connect } from './connect.ts';
import type { CreateTemplateRequest } from './generated/instgenie/v1/CreateTemplateRequest.ts';
import { serve } from './serve.ts';
import { clientStreaming, implement, serverStreaming, unary } from './service.ts';
import { templateServiceDefinition } from './services.ts';
import { patient } from './testing.ts';

const nothing = unary(async () => ({}));

async function start(create: (parts: AsyncIterable<unknown>, authorization: string | undefined) => Promise<string>) {
  const definition = templateServiceDefinition();
  const service = implement(definition, {
    CreateTemplate: clientStreaming(async (parts, { authorization }) => ({
      template: { templateId: await create(parts, authorization) },
    })),
    GetTemplate: nothing,
    ListTemplates: nothing,
    DeleteTemplate: nothing,
    PinTemplate: nothing,
    GrantTemplate: nothing,
    ReadTemplatePicture: serverStreaming(async function* () {}),
    PrimeTemplate: serverStreaming(async function* () {}),
  });
  const server = await serve('127.0.0.1:0', { services: [service], limits: { drainMs: 0 } }, patient().signal);
  const client = connect(`localhost:${server.port}`, definition);
  return {
    client,
    [Symbol.asyncDispose]: async () => {
      await client[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

function* parts(count: number): Iterable<CreateTemplateRequest> {
  for (let part = 0; part < count; part++) yield { data: Buffer.alloc(100_000, part), part: 'data' };
}

test('an upload is read part by part, and answered once', async () => {
  await using pair = await start(async (received, authorization) => {
    let bytes = 0;
    for await (const part of received) bytes += (part as { readonly data: Uint8Array }).data.length;
    return `${bytes} ${authorization}`;
  });
  const { template } = await pair.client.upload('CreateTemplate', parts(40), {
    ...patient(),
    authorization: 'Bearer key',
  });
  assert.equal(template?.templateId, '4000000 Bearer key');
});

test('a server may answer before the upload has ended, and its reason is what the caller sees', async () => {
  await using pair = await start(async () => {
    throw new ServiceError('invalid', 'settings.name: too long', { field: 'settings.name' });
  });
  await assert.rejects(pair.client.upload('CreateTemplate', parts(400), patient()), {
    code: 'invalid',
    field: 'settings.name',
  });
});

test('whoever goes away ends an upload', async () => {
  const seen = Promise.withResolvers<string>();
  const leave = new AbortController();
  await using pair = await start(async (received) => {
    try {
      for await (const _ of received) leave.abort();
    } catch (thrown) {
      seen.resolve(String(thrown));
    }
    seen.resolve('ended');
    return '';
  });
  const endless = async function* () {
    yield* parts(1);
    await new Promise<void>((resolve) => leave.signal.addEventListener('abort', () => resolve()));
    yield* parts(1000);
  };
  await assert.rejects(pair.client.upload('CreateTemplate', endless(), patient(leave.signal)), { code: 'cancelled' });
  await seen.promise;
});
