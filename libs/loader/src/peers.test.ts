import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { mask, picture } from '@instgenie/domain';
import { Edit, Engine, runEdit, type TemplateSpec } from '@instgenie/engine';
import { Announcer, LocalRedis, RedisIndex } from '@instgenie/index';
import { type RpcServer, serve } from '@instgenie/rpc';
import { ActivationStore, chunkService } from '@instgenie/store';
import { type PeerLookup, storedTemplate } from './stored-template.ts';

const tiny = fileURLToPath(new URL('../../diffusion/fixtures/checkpoints/flux-schnell', import.meta.url));
const mib = 1024 ** 2;
const [width, height] = [80, 48];
let folder: string;
let engine: Engine;
let redis: LocalRedis;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'instgenie-peers-'));
  engine = await Engine.open({ folder: tiny, cache: join(folder, 'models'), threads: 2, storage: 'int8' });
  redis = await LocalRedis.start();
});
after(async () => {
  await redis[Symbol.asyncDispose]();
  await engine[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

const spec = (seed: number): TemplateSpec => ({
  picture: picture({
    width,
    height,
    channels: 3,
    data: Uint8Array.from({ length: width * height * 3 }, (_, at) => (Math.imul(at + seed, 2654435761) >>> 13) & 255),
  }),
  steps: 3,
  guidance: 0,
  textRows: 16,
});

/** A worker as far as its cache goes: a store, served to others, and announced. */
class Node implements AsyncDisposable {
  readonly store: ActivationStore;
  readonly index: RedisIndex;
  readonly announcer: Announcer;
  readonly server: RpcServer;

  private constructor(fields: Pick<Node, 'store' | 'index' | 'announcer' | 'server'>) {
    this.store = fields.store;
    this.index = fields.index;
    this.announcer = fields.announcer;
    this.server = fields.server;
  }

  static async start(id: string): Promise<Node> {
    const store = await ActivationStore.open({
      root: join(folder, id),
      memoryBytesMax: 16 * mib,
      diskBytesMax: 64 * mib,
      // A busy machine must not make a read late.
      readDeadlineMs: 30_000,
    });
    const services = [chunkService(store.source)];
    const server = await serve('127.0.0.1:0', { services, limits: { drainMs: 0 } }, new AbortController().signal);
    const index = new RedisIndex(redis.url, { commandMs: 10_000, connectMs: 10_000, breakMs: 1 });
    await index.ready(10_000);
    const announcer = new Announcer({
      index,
      worker: { id, address: `127.0.0.1:${server.port}`, epoch: '1' },
      store: {
        held: () =>
          store
            .variants()
            .filter(({ isWhole }) => isWhole)
            .map(({ key, generation, bytes }) => ({ key, generation, bytes, tier: 'disk' as const })),
        drop: (key) => store.remove(key),
        pin: () => undefined,
      },
      settings: { leaseMs: 60_000 },
    });
    return new Node({ store, index, announcer, server });
  }

  readonly peers: PeerLookup = {
    locate: async (key) => (await this.index.locate(key)).map(({ address }) => address),
  };

  /** Runs an edit; what it ends as, and how its template was found. */
  async edit(seed: number) {
    await using stored = await storedTemplate(engine, this.store, spec(seed), this.peers);
    const bits = Uint8Array.from({ length: width * height }, (_, at) => Number(at % width >= 20 && at % width < 50));
    const request = { mask: mask({ width, height, bits }), prompt: 'a red fox', seed: 7 };
    await using running = await Edit.prepare(engine, stored.template, request);
    await runEdit(engine, running);
    return { latents: running.state.latents.slice(), cache: running.cache, key: stored.keeper.variant.key };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server[Symbol.asyncDispose]();
    this.index[Symbol.dispose]();
    await this.store[Symbol.asyncDispose]();
  }
}

test('the first edit on one node is warm where another has the template, with the same bytes, and is kept there', async () => {
  await using holder = await Node.start('holder');
  await using asker = await Node.start('asker');
  const first = await holder.edit(1);
  assert.equal(first.cache, 'cold');
  await holder.announcer.beat();
  const second = await asker.edit(1);
  assert.deepEqual([second.cache, second.latents], ['warm', first.latents]);
  assert.ok(asker.store.counts().chunksFromPeers > 0);
  await asker.store.idle();
  assert.equal(asker.store.find(second.key)?.isWhole, true);
  await asker.announcer.beat();
  assert.equal((await holder.index.locate(second.key)).length, 2);
});

test('edits go on with the same bytes while Redis lies, is flushed, killed and back; and it heals from the stores', async () => {
  await using holder = await Node.start('healing');
  await using asker = await Node.start('asking');
  const seeds = [11, 12, 13];
  const wanted = new Map<number, Float32Array>();
  for (const seed of seeds) wanted.set(seed, (await holder.edit(seed)).latents);
  await holder.announcer.beat();
  const assertEdits = async () => {
    const found = await Promise.all(seeds.map((seed) => asker.edit(seed)));
    for (const [at, { latents }] of found.entries()) assert.deepEqual(latents, wanted.get(seeds[at] ?? 0));
    await asker.store.idle();
    return found;
  };
  const forget = async () => {
    for (const { key } of asker.store.variants()) await asker.store.remove(key);
  };
  const faults: readonly { name: string; fault: () => Promise<unknown> }[] = [
    {
      name: 'lies',
      fault: async () => {
        const liar = { id: 'liar', epoch: '1', address: '127.0.0.1:1' };
        await holder.index.renew(liar, 60_000);
        const held = { generation: 'ab'.repeat(16), tier: 'memory', bytes: 1 } as const;
        await holder.index.announce(
          liar,
          holder.store.variants().map(({ key }) => ({ key, ...held })),
        );
      },
    },
    { name: 'killed', fault: () => redis.kill() },
    { name: 'back, and empty', fault: () => redis.restart() },
  ];
  for (const { fault } of faults) {
    // While edits are under way.
    const [found] = await Promise.all([assertEdits(), fault()]);
    assert.equal(found.length, seeds.length);
    await forget();
    await assertEdits();
    await forget();
  }
  while (!(await holder.announcer.beat()));
  while (!(await asker.announcer.beat()));
  for (const { cache } of await assertEdits()) assert.equal(cache, 'warm');
});
