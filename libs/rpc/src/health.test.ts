import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Client, credentials, type ServiceDefinition } from '@grpc/grpc-js';
import { service as healthDefinition } from 'grpc-health-check';
import { healthService } from './health.ts';
import { reflectionServices } from './reflection.ts';
import { serve } from './serve.ts';

test('health is of the whole server and of each service, and is asked for by grpc.health.v1', async () => {
  const health = healthService(['instgenie.worker.v1.ChunkService']);
  const options = { services: [health.service], limits: { drainMs: 0 } };
  await using server = await serve('127.0.0.1:0', options, new AbortController().signal);
  const client = new Client(`127.0.0.1:${server.port}`, credentials.createInsecure());
  const { Check } = healthDefinition as ServiceDefinition;
  assert.ok(Check !== undefined);
  const { path, requestSerialize, responseDeserialize } = Check;
  const check = (name: string) =>
    new Promise((resolve, reject) => {
      client.makeUnaryRequest(path, requestSerialize, responseDeserialize, { service: name }, (error, answer) => {
        if (error === null) resolve((answer as { readonly status: string }).status);
        else reject(error);
      });
    });
  assert.equal(await check(''), 'NOT_SERVING');
  health.set(true);
  assert.deepEqual([await check(''), await check('instgenie.worker.v1.ChunkService')], ['SERVING', 'SERVING']);
  await assert.rejects(check('another'), { code: 5 });
  health.set(false);
  assert.equal(await check(''), 'NOT_SERVING');
  client.close();
});

test('reflection is offered in both of its versions', () => {
  const services = reflectionServices(['instgenie/worker/v1/chunks.proto']);
  const paths = services.flatMap(({ definition }) => Object.values(definition).map(({ path }) => path));
  assert.deepEqual(paths.toSorted(), [
    '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo',
    '/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo',
  ]);
});
