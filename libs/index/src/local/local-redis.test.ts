import assert from 'node:assert/strict';
import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Redis } from 'ioredis';
import { LocalRedis } from './local-redis.ts';

for (const [name, isKept] of [
  ['with a folder, what was told stays through a crash', true],
  ['without one it comes back empty', false],
] as const) {
  test(name, async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'instgenie-redis-'));
    await using redis = await LocalRedis.start(isKept ? { folder: folder.path } : {});
    const tell = async <Answer>(ask: (client: Redis) => Promise<Answer>) => {
      const client = new Redis(redis.url);
      const answer = await ask(client);
      client.disconnect();
      return answer;
    };
    await tell((client) => client.set('told', 'yes'));
    await redis.restart();
    assert.equal(await tell((client) => client.get('told')), isKept ? 'yes' : null);
  });
}
