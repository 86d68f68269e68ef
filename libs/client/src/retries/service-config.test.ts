import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { serviceConfig } from './service-config.ts';

test('clients of other languages are given the same attempts, pauses and budget, in the documents too', async () => {
  const [{ retryPolicy }] = serviceConfig.methodConfig;
  assert.deepEqual(retryPolicy, {
    maxAttempts: 3,
    initialBackoff: '0.1s',
    maxBackoff: '2s',
    backoffMultiplier: 2,
    retryableStatusCodes: ['UNAVAILABLE'],
  });
  const document = await readFile(join(import.meta.dirname, '../../../../docs/clients.md'), 'utf8');
  const published: unknown = JSON.parse(/```json\n([^`]+)```/.exec(document)?.[1] ?? '');
  assert.deepEqual(published, serviceConfig);
});
