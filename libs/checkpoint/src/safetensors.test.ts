import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import * as fc from 'fast-check';
import { openSafetensors } from './safetensors.ts';
import { writeSafetensors } from './safetensors-writer.ts';
import { fileBytes, put, temporaryFolder, tensor } from './testing.ts';

test('what is written is read back, and data lie aligned without holes', async (t) => {
  const folder = await temporaryFolder(t);
  const path = join(folder, 'a.safetensors');
  await fc.assert(
    fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 6 }), async (values) => {
      await writeSafetensors(
        path,
        values.map((bytes, at) => tensor(`t${at}`, 'U8', bytes)),
      );
      const file = await openSafetensors(path);
      const all = await readFile(path);
      assert.equal(file.bytes, all.length);
      for (const [at, bytes] of values.entries()) {
        const ref = file.tensors.get(`t${at}`);
        assert.ok(ref !== undefined);
        assert.deepEqual(new Uint8Array(all.subarray(ref.offset, ref.offset + ref.bytes)), bytes);
        for (let side = 64; side > 1; side /= 2) {
          if (bytes.length % side === 0) assert.equal(ref.offset % side, 0, `${bytes.length} bytes at ${ref.offset}`);
        }
      }
    }),
    { numRuns: 30 },
  );
  assert.deepEqual(await readdir(folder), ['a.safetensors']);
});

test('a write that fails leaves neither the file nor a part of it', async (t) => {
  const folder = await temporaryFolder(t);
  const failing = {
    ...tensor('a', 'U8', new Uint8Array(4)),
    *chunks() {
      yield new Uint8Array(2);
      throw new Error('the source is gone');
    },
  };
  await assert.rejects(writeSafetensors(join(folder, 'a.safetensors'), [failing]), /the source is gone/);
  assert.deepEqual(await readdir(folder), []);
});

const falseFiles = [
  { name: 'is empty', bytes: Buffer.alloc(0), says: /expected a safetensors file, found 0 bytes/ },
  { name: 'is too short for a length', bytes: Buffer.alloc(7), says: /found 7 bytes/ },
  {
    name: 'claims a header longer than itself',
    bytes: Buffer.from('ff00000000000000', 'hex'),
    says: /at most 0 here, found 255/,
  },
  { name: 'claims a header of 2^64 bytes', bytes: Buffer.alloc(32, 0xff), says: /header's length: at most 24 here/ },
  { name: 'has an empty header', bytes: Buffer.alloc(8), says: /begin with "\{"/ },
  {
    name: 'is something else',
    bytes: Buffer.from('PK\x03\x04 a zip file of weights'),
    says: /expected a safetensors file/,
  },
];

for (const { name, bytes, says } of falseFiles) {
  test(`a file that ${name} is refused`, async (t) => {
    const path = join(await temporaryFolder(t), 'a.safetensors');
    await put(path, bytes);
    await assert.rejects(openSafetensors(path), { code: 'invalid', message: says });
  });
}

test('a missing file and a folder are refused by name', async (t) => {
  const folder = await temporaryFolder(t);
  await assert.rejects(openSafetensors(join(folder, 'none')), { code: 'not-found', message: /none: no such file/ });
  await assert.rejects(openSafetensors(folder), { code: 'invalid', message: /expected a regular file/ });
});

test('a header is known by its digest, whatever the values are', async (t) => {
  const folder = await temporaryFolder(t);
  const header = { a: { dtype: 'U8', shape: [4], data_offsets: [0, 4] } };
  await put(join(folder, 'a'), fileBytes(header, 4));
  const other = fileBytes(header, 4);
  other[other.length - 1] = 1;
  await put(join(folder, 'b'), other);
  const [a, b] = [await openSafetensors(join(folder, 'a')), await openSafetensors(join(folder, 'b'))];
  assert.equal(a.headerSha256, b.headerSha256);
  assert.match(a.headerSha256, /^[0-9a-f]{64}$/);
});
