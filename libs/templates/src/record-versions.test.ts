import assert from 'node:assert/strict';
import { mkdtempDisposable, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { DirectoryBlobs } from '@instgenie/blobs';
import { decodeRecord, recordName } from './record-file.ts';
import { TemplateLibrary } from './template-library.ts';

const fixture = await readFile(new URL('../fixtures/record-2.json', import.meta.url));
const { source, prompt, noiseSeed, storage, keepEvery, steps } = JSON.parse(fixture.toString());

test('a record of version 2 is read as one of version 3 with defaults, under the id that its settings still have', async () => {
  await using root = await mkdtempDisposable(join(tmpdir(), 'instgenie-templates-'));
  const blobs = new DirectoryBlobs(root.path);
  const library = new TemplateLibrary(blobs, () => new Date('2026-11-25T08:00:00Z'));
  const read = decodeRecord(fixture);
  assert.ok(read !== undefined);
  assert.deepEqual(read, { ...JSON.parse(fixture.toString()), version: 3, isInline: false, grantedTo: [] });
  await blobs.put(recordName('', read.id), fixture);
  assert.deepEqual(await library.get('', read.id), read);
  const again = await library.add({ tenant: '', name: 'x', source, prompt, noiseSeed, storage, keepEvery, steps });
  assert.deepEqual(again, read);
  const changed = await library.update({ tenant: '', id: read.id }, (known) => ({ ...known, isPinned: false }));
  assert.deepEqual([changed.version, changed.variants.length], [3, 2]);
  assert.deepEqual(await library.get('', read.id), changed);
});

test('a version of another time, and fields that nobody knows, are damage', () => {
  for (const change of [{ version: 1 }, { version: 4 }, { grantedTo: [] }, { storage: undefined }]) {
    const text = JSON.stringify({ ...JSON.parse(fixture.toString()), ...change });
    assert.equal(decodeRecord(Buffer.from(text)), undefined);
  }
});
