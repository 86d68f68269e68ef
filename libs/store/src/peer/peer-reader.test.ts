import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import { ServiceError, systemClock, type VariantShape, variantKey } from '@instgenie/domain';
import {
  chunkServiceDefinition,
  implement,
  type ReadChunksResponse,
  serve,
  serverStreaming,
  unary,
} from '@instgenie/rpc';
import fc from 'fast-check';
import { encodeManifest } from './chunk-manifest.ts';
import type { ChunkSource } from './chunk-source.ts';
import { PeerReader, type PeerReaderOptions } from './peer-reader.ts';
import { contentOf, heldKey, MemorySource, nameOf, PeerHost, serveSource } from './testing.ts';

const never = new AbortController().signal;
const kib = 1024;
const codeIs = (code: string) => (thrown: unknown) => thrown instanceof ServiceError && thrown.code === code;

/** A clock whose time is set, and whose timers never end. */
class StillClock {
  nowMs = 0;

  now(): number {
    return this.nowMs;
  }

  after(): () => void {
    return () => {};
  }
}

function readerOf(addresses: readonly string[], options: Partial<PeerReaderOptions> = {}): PeerReader {
  return new PeerReader({ addresses, clock: systemClock, ...options });
}

async function assertRead(reader: PeerReader, { steps, chunkBytes }: VariantShape): Promise<void> {
  const reads = steps.flatMap((step) =>
    chunkBytes.map(async (bytes, chunk) => {
      const into = new Uint8Array(bytes);
      await reader.read(nameOf(step, chunk), into, never);
      assert.ok(Buffer.from(contentOf(nameOf(step, chunk), bytes)).equals(into), `chunk ${chunk} of step ${step}`);
    }),
  );
  await Promise.all(reads);
}

test('chunks of any shape come as they are', async () => {
  const pages = fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(pages, fc.integer({ min: 1, max: 4 }), async (pages, steps) => {
      const shape = { steps: [...Array(steps).keys()], chunkBytes: pages.map((count) => count * 4096) };
      await using server = await serveSource(new MemorySource(shape));
      await using reader = readerOf([`127.0.0.1:${server.port}`], {
        settings: { batchChunksMax: 3, batchBytesMax: 400 * kib },
      });
      await assertRead(reader, shape);
      const manifest = await reader.fetchManifest(heldKey, never);
      assert.deepEqual(manifest?.shape, shape);
    }),
    { seed: 11, numRuns: 20 },
  );
});

test('reads go on at another peer when theirs is killed in the middle of a stream', async () => {
  const shape = { steps: [0], chunkBytes: Array<number>(8).fill(1024 * kib) };
  await using first = await PeerHost.start({ shape, holdAt: 4 });
  const source = new MemorySource(shape);
  await using second = await serveSource(source);
  await using reader = readerOf([first.address, `127.0.0.1:${second.port}`]);
  const reads = assertRead(reader, shape);
  await first.held();
  first.signal('SIGKILL');
  await reads;
  assert.ok(source.lends >= 4 && source.lends <= 8, `${source.lends} of 8 chunks were read again`);
});

test('a stopped peer holds nobody up: an abort ends a read at once, and others go on elsewhere', async () => {
  const shape = { steps: [0], chunkBytes: Array<number>(4).fill(512 * kib) };
  await using first = await PeerHost.start({ shape, holdAt: 1 });
  await using second = await serveSource(new MemorySource(shape));
  await using reader = readerOf([first.address, `127.0.0.1:${second.port}`], { settings: { stallMs: 300 } });
  const abort = new AbortController();
  const reads = assertRead(reader, shape);
  const aborted = reader.read(nameOf(0, 3), new Uint8Array(512 * kib), abort.signal);
  await first.held();
  first.signal('SIGSTOP');
  abort.abort();
  await assert.rejects(aborted, codeIs('cancelled'));
  await reads;
});

test('a stopped peer that is the only one ends reads and manifests with a deadline', async () => {
  const shape = { steps: [0], chunkBytes: [4096] };
  await using host = await PeerHost.start({ shape });
  await using reader = readerOf([host.address], { settings: { stallMs: 100, manifestDeadlineMs: 100, backoffMs: 0 } });
  await assertRead(reader, shape);
  host.signal('SIGSTOP');
  await assert.rejects(reader.read(nameOf(0, 0), new Uint8Array(4096), never), codeIs('deadline'));
  assert.equal(await reader.fetchManifest(heldKey, never), undefined);
});

test('an aborted read is not written to, and the ones beside it come', async () => {
  const shape = { steps: [0], chunkBytes: [256 * kib, 256 * kib, 256 * kib] };
  await using server = await serveSource(new MemorySource(shape));
  await using reader = readerOf([`127.0.0.1:${server.port}`]);
  const abort = new AbortController();
  const into = new Uint8Array(256 * kib);
  const aborted = reader.read(nameOf(0, 0), into, abort.signal);
  const others = assertRead(reader, shape);
  await Promise.resolve();
  abort.abort();
  await assert.rejects(aborted, codeIs('cancelled'));
  await others;
  assert.ok(into.every((byte) => byte === 0));
});

test('when nobody waits any more, the server stops reading', async () => {
  const shape = { steps: [0], chunkBytes: Array<number>(16).fill(1024 * kib) };
  const source = new MemorySource(shape, { holdAt: 5 });
  await using server = await serveSource(source);
  await using reader = readerOf([`127.0.0.1:${server.port}`]);
  const abort = new AbortController();
  const read = (chunk: number) => reader.read(nameOf(0, chunk), new Uint8Array(1024 * kib), abort.signal);
  const reads = Promise.allSettled(shape.chunkBytes.map((_, chunk) => read(chunk)));
  await source.held.promise;
  abort.abort();
  assert.equal((await reads).at(-1)?.status, 'rejected');
  await server[Symbol.asyncDispose]();
  assert.deepEqual([source.lends, source.open], [6, 0]);
});

test('a peer that holds another priming, or nothing, is passed over and not put aside', async () => {
  const shape = { steps: [0], chunkBytes: [4096] };
  const empty: ChunkSource = {
    variant: () => Promise.resolve(undefined),
    shape: () => undefined,
    lend: () => Promise.reject(new Error('unused')),
  };
  await using first = await serveSource(empty);
  await using second = await serveSource(new MemorySource(shape));
  await using reader = readerOf(
    [first, second].map(({ port }) => `127.0.0.1:${port}`),
    {
      clock: new StillClock(),
    },
  );
  await assertRead(reader, shape);
  await assertRead(reader, shape);
  assert.deepEqual((await reader.fetchManifest(heldKey, never))?.shape, shape);
  const other = { ...nameOf(0, 0), generation: '00'.repeat(16) };
  await assert.rejects(reader.read(other, new Uint8Array(4096), never), codeIs('not-found'));
  assert.equal(await reader.fetchManifest(variantKey('00'.repeat(32)), never), undefined);
  await assertRead(reader, shape);
});

test('a peer that cannot be reached is put aside until its time has passed; errors name no host', async () => {
  const shape = { steps: [0], chunkBytes: [4096] };
  const clock = new StillClock();
  const server = await serveSource(new MemorySource(shape));
  const address = `127.0.0.1:${server.port}`;
  await server[Symbol.asyncDispose]();
  await using reader = readerOf([address], { clock });
  const read = () => reader.read(nameOf(0, 0), new Uint8Array(4096), never);
  await assert.rejects(read(), (thrown) => codeIs('unavailable')(thrown) && !/127|\d{4}/.test(String(thrown)));
  await assert.rejects(read(), /no peer can be asked now/);
  clock.nowMs = 499;
  await assert.rejects(read(), /no peer can be asked now/);
  clock.nowMs = 500;
  await assert.rejects(read(), /cannot be reached/);
  clock.nowMs = 1499;
  await assert.rejects(read(), /no peer can be asked now/);
});

const position = { step: 0, chunk: 0 };
const data = Buffer.alloc(4096);
const lies: Readonly<Record<string, readonly ReadChunksResponse[]>> = {
  'sends another chunk': [{ position: { step: 0, chunk: 1 }, data }],
  'says no position': [{ data }],
  'leaves bytes out': [{ position, offset: 4096, data }],
  'sends bytes twice': [
    { position, data },
    { position, data },
  ],
  'sends an empty piece': [{ position, data: Buffer.alloc(0) }],
  'sends more than the chunk has': [{ position, data: Buffer.alloc(8193) }],
  'sends less than the chunk has': [{ position, data }],
  'sends pieces that are too large': [{ position, data: Buffer.alloc(10 * 1024 * kib) }],
};

async function serveLies(t: TestContext, pieces: readonly ReadChunksResponse[]): Promise<string> {
  const service = implement(chunkServiceDefinition(), {
    GetVariant: unary(async () => ({ variant: { key: heldKey } })),
    ReadChunks: serverStreaming(async function* () {
      yield* pieces;
    }),
  });
  const server = await serve('127.0.0.1:0', { services: [service], limits: { drainMs: 0 } }, never);
  t.after(() => server[Symbol.asyncDispose]());
  return `127.0.0.1:${server.port}`;
}

for (const [name, pieces] of Object.entries(lies)) {
  test(`a peer that ${name} is cut off, and the chunk comes from another one`, async (t) => {
    const shape = { steps: [0], chunkBytes: [8192] };
    const liar = await serveLies(t, pieces);
    const source = new MemorySource(shape);
    await using honest = await serveSource(source);
    await using alone = readerOf([liar], { clock: new StillClock() });
    await assert.rejects(alone.read(nameOf(0, 0), new Uint8Array(8192), never), ServiceError);
    await assert.rejects(alone.read(nameOf(0, 0), new Uint8Array(8192), never), /no peer can be asked now/);
    await using reader = readerOf([liar, `127.0.0.1:${honest.port}`]);
    await assertRead(reader, shape);
  });
}

test('a peer that goes on after the last chunk is put aside; what it brought before stays', async (t) => {
  const pieces = [
    { position, data: Buffer.alloc(8192, 7) },
    { position, data },
  ];
  await using reader = readerOf([await serveLies(t, pieces)], { clock: new StillClock() });
  const into = new Uint8Array(8192);
  await reader.read(nameOf(0, 0), into, never);
  assert.ok(into.every((byte) => byte === 7));
});

test('a manifest that cannot be is no manifest, and its peer is put aside', async (t) => {
  const liar = await serveLies(t, []);
  await using reader = readerOf([liar], { clock: new StillClock() });
  assert.equal(await reader.fetchManifest(heldKey, never), undefined);
  await assert.rejects(reader.read(nameOf(0, 0), new Uint8Array(4096), never), /no peer can be asked now/);
});

test('an abort ends a manifest that does not come', async () => {
  const asked = Promise.withResolvers<void>();
  const service = implement(chunkServiceDefinition(), {
    GetVariant: unary(async (_, { signal }) => {
      asked.resolve();
      await once(signal, 'abort');
      return { variant: encodeManifest(new MemorySource({ steps: [0], chunkBytes: [4096] }).manifest) };
    }),
    ReadChunks: serverStreaming(async function* () {}),
  });
  await using server = await serve('127.0.0.1:0', { services: [service], limits: { drainMs: 0 } }, never);
  await using reader = readerOf([`127.0.0.1:${server.port}`]);
  const abort = new AbortController();
  const manifest = reader.fetchManifest(heldKey, abort.signal);
  await asked.promise;
  abort.abort();
  await assert.rejects(manifest, codeIs('cancelled'));
});

test('a full line refuses more, and closing the reader ends all that wait', async () => {
  const shape = { steps: [0], chunkBytes: [4096, 4096, 4096, 4096] };
  const source = new MemorySource(shape, { holdAt: 0 });
  await using server = await serveSource(source);
  const settings = { streamsPerPeerMax: 1, batchChunksMax: 1, readsWaitingMax: 2 };
  const reader = readerOf([`127.0.0.1:${server.port}`], { settings });
  const read = (chunk: number) => reader.read(nameOf(0, chunk), new Uint8Array(4096), never);
  const running = read(0);
  await source.held.promise;
  const waiting = [read(1), read(2)];
  await assert.rejects(read(3), codeIs('overloaded'));
  const ends = [running, ...waiting].map((read) => assert.rejects(read, codeIs('cancelled')));
  await Promise.all([...ends, reader[Symbol.asyncDispose]()]);
  await assert.rejects(read(0), codeIs('cancelled'));
});
