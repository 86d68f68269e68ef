import assert from 'node:assert/strict';
import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { inspect } from 'node:util';
import fc from 'fast-check';
import type { BlobStore } from './blob-store.ts';
import { getContent, putContent } from './content.ts';
import { DirectoryBlobs } from './directory-blobs.ts';
import { openBlobs, s3Settings } from './open-blobs.ts';
import { S3Blobs } from './s3-blobs.ts';
import { TestS3 } from './testing.ts';

const limit = { bytesMax: 100_000 };
const bytes = (text: string) => new TextEncoder().encode(text);
const credentials = { accessKeyId: 'canary-key', secretAccessKey: 'canary-secret' };

async function openS3() {
  const server = await TestS3.start();
  const settings = { bucket: 'bucket', prefix: 'some/place', region: 'us-east-1', endpoint: server.endpoint };
  const blobs = new S3Blobs({ ...settings, credentials, attemptMs: 100 });
  return {
    server,
    blobs,
    [Symbol.asyncDispose]: async () => {
      blobs[Symbol.dispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

async function openDirectory() {
  const root = await mkdtempDisposable(join(tmpdir(), 'instgenie-blobs-'));
  return { blobs: new DirectoryBlobs(root.path), [Symbol.asyncDispose]: () => root.remove() };
}

async function namesOf(blobs: BlobStore, prefix: string): Promise<readonly string[]> {
  const names: string[] = [];
  for await (const name of blobs.list(prefix)) names.push(name);
  return names;
}

const names = ['p/a', 'p/a-b', 'p/b/c', 'p/b/d', 'p/b.e', 'q/a'] as const;
const condition = fc.constantFrom('any', 'none', 'current', 'false');
const step = fc.oneof(
  fc.record({ kind: fc.constant('put' as const), name: fc.constantFrom(...names), body: fc.string(), when: condition }),
  fc.record({ kind: fc.constant('get' as const), name: fc.constantFrom(...names) }),
  fc.record({ kind: fc.constant('delete' as const), name: fc.constantFrom(...names) }),
  fc.record({ kind: fc.constant('list' as const), name: fc.constantFrom('p/', 'p/b/', 'r/') }),
);

for (const { name, open } of [
  { name: 'a folder', open: openDirectory },
  { name: 'S3', open: openS3 },
]) {
  test(`${name} does what a map of names to bytes would do`, async () => {
    const oneRun = fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      await using opened = await open();
      const { blobs } = opened;
      const model = new Map<string, { readonly body: string; readonly etag: string }>();
      for (const next of steps) {
        const known = model.get(next.name);
        if (next.kind === 'list') {
          const wanted = [...model.keys()].filter((key) => key.startsWith(next.name)).toSorted();
          assert.deepEqual(await namesOf(blobs, next.name), wanted);
        } else if (next.kind === 'delete') {
          assert.equal(await blobs.delete(next.name), model.delete(next.name));
        } else if (next.kind === 'get') {
          const found = await blobs.get(next.name, limit);
          assert.equal(found && Buffer.from(found.bytes).toString(), known?.body);
          assert.equal(found?.etag, known?.etag);
        } else {
          const ifMatch = { any: undefined, none: null, current: known?.etag ?? '"gone"', false: '"other"' }[next.when];
          const body = Buffer.from(next.body).toString();
          const put = await blobs.put(next.name, bytes(body), ifMatch === undefined ? {} : { ifMatch });
          const isWritten = next.when === 'any' || (next.when === 'none') === (known === undefined);
          const isExpected = next.when === 'false' ? false : next.when === 'current' ? known !== undefined : isWritten;
          assert.equal(put.kind, isExpected ? 'written' : 'conflict');
          if (put.kind === 'written') model.set(next.name, { body, etag: put.etag });
        }
      }
    });
    await fc.assert(oneRun, { numRuns: 25, seed: 7 });
  });

  test(`of many conditional writes to ${name} at once exactly one wins`, async () => {
    await using opened = await open();
    const puts = [1, 2, 3, 4, 5, 6, 7, 8].map((n) => opened.blobs.put('x', bytes(`${n}`), { ifMatch: null }));
    const written = (await Promise.all(puts)).filter(({ kind }) => kind === 'written');
    assert.equal(written.length, 1);
    await assert.rejects(opened.blobs.get('x', { bytesMax: 0 }), { code: 'overloaded' });
    const digest = await putContent(opened.blobs, bytes('picture'));
    assert.deepEqual(Buffer.from(await getContent(opened.blobs, digest, limit)).toString(), 'picture');
  });
}

test('a request that fails is tried again, a bounded number of times', async () => {
  await using opened = await openS3();
  const { server, blobs } = opened;
  await blobs.put('x', bytes('0123456789'));
  for (const fault of ['error', 'reset', 'silence', 'truncate'] as const) {
    server.fail('GET', fault);
    assert.deepEqual(Buffer.from((await blobs.get('x', limit))?.bytes ?? []).toString(), '0123456789', fault);
  }
  for (const [fault, code] of [
    ['error', 'unavailable'],
    ['reset', 'unavailable'],
    ['truncate', 'unavailable'],
    ['silence', 'deadline'],
  ] as const) {
    const before = server.requests;
    for (let time = 0; time < 3; time++) server.fail('GET', fault);
    await assert.rejects(blobs.get('x', limit), { name: 'ServiceError', code }, fault);
    assert.equal(server.requests - before, 3, fault);
  }
});

test('a conditional write whose answer was lost is known as our own', async () => {
  await using opened = await openS3();
  const { server, blobs } = opened;
  server.fail('PUT', 'reset-after');
  const created = await blobs.put('x', bytes('1'), { ifMatch: null });
  assert.equal(created.kind, 'written');
  server.fail('PUT', 'reset-after');
  assert.equal(
    (await blobs.put('x', bytes('2'), { ifMatch: created.kind === 'written' ? created.etag : '' })).kind,
    'written',
  );
  assert.equal((await blobs.put('x', bytes('2'), { ifMatch: null })).kind, 'conflict');
});

test('errors hold no key, address or name', async () => {
  await using opened = await openS3();
  const { server, blobs } = opened;
  const { port } = new URL(server.endpoint);
  server.fail('GET', 'denied');
  const denied = await blobs.get('secret-name', limit).catch((thrown: unknown) => thrown);
  const lost = new S3Blobs({ bucket: 'none', region: 'us-east-1', endpoint: server.endpoint, credentials });
  const noBucket = await lost.get('secret-name', limit).catch((thrown: unknown) => thrown);
  lost[Symbol.dispose]();
  for (const [thrown, message] of [
    [denied, /refuses access/],
    [noBucket, /bucket does not exist/],
  ] as const) {
    const shown = inspect(thrown, { depth: 10, showHidden: true });
    assert.match(shown, message);
    for (const word of ['canary', 'secret-name', '127.0.0.1', port]) assert.ok(!shown.includes(word), word);
  }
});

test('a blob URL is a path, a file URL or a bucket, and anything else is refused', () => {
  for (const text of ['/a/b', 'a', 'file:///a/b%20c']) assert.ok(openBlobs(text) instanceof DirectoryBlobs, text);
  assert.deepEqual(s3Settings(new URL('s3://pictures/a/b/?region=eu-1&endpoint=http://s3.local:9000')), {
    bucket: 'pictures',
    prefix: 'a/b',
    region: 'eu-1',
    endpoint: 'http://s3.local:9000',
  });
  for (const text of [
    '',
    'http://host/a',
    'file://host/a',
    'file:///a?b=c',
    's3://',
    's3://UPPER_case/',
    's3://bucket/../a/A',
    's3://bucket?acl=public',
    's3://bucket?endpoint=ftp://host',
    's3://key:secret@bucket/a',
  ]) {
    assert.throws(() => openBlobs(text), { name: 'ServiceError', message: /^(?!.*secret)/ }, text);
  }
});
