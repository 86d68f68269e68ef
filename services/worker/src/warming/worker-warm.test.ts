import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { variantKey } from '@instgenie/domain';
import { LocalRedis, RedisIndex } from '@instgenie/index';
import { temporaryFolder, testRequest, WorkerProcess } from '../testing.ts';

test('a worker that comes is warm for what is used most before it is ready, and answers with the same bytes', async () => {
  await using folder = await temporaryFolder();
  await mkdir(join(folder.path, 'redis'));
  await using redis = await LocalRedis.start({ folder: join(folder.path, 'redis') });
  using index = new RedisIndex(redis.url, { commandMs: 30_000 });
  await index.ready(60_000);
  const set = [`redis=${redis.url}`, 'warm.seconds=60'];
  await using first = await WorkerProcess.start(folder.path, { id: 'w1', set });
  const request = await testRequest();
  const { result } = await first.result(request);
  const key = variantKey(result.variant);
  // It says what it holds, and what is used, in the background.
  while ((await index.locate(key)).length === 0 || !(await index.popular(1)).includes(key)) await turn();
  await using second = await WorkerProcess.start(folder.path, { id: 'w2', set });
  const warmed = second.log.map((line) => JSON.parse(line) as { msg: string; copied?: number });
  assert.equal(warmed.find(({ msg }) => msg === 'warmed')?.copied, 1);
  assert(warmed.findIndex(({ msg }) => msg === 'warmed') < warmed.findIndex(({ msg }) => msg === 'serving'));
  await first.end('SIGKILL');
  const again = await second.result({ ...request, requireWarm: true });
  assert.equal(again.result.cache, 'CACHE_OUTCOME_WARM');
  assert.deepEqual(again.result.picture, result.picture);
});
