import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ResultLinks } from './result-links.ts';
import { MemoryBlobs } from './testing-blobs.ts';

test('a link is good for an hour, on every gateway with the same blobs, and then swept', async () => {
  let nowMs = 1_000_000;
  const options = { blobs: new MemoryBlobs(), now: () => nowMs };
  const [one, other] = [new ResultLinks(options), new ResultLinks(options)];
  const first = await one.add(Buffer.from('first'));
  nowMs += 1000;
  const second = await one.add(Buffer.from('second'));
  nowMs += 3_598_999;
  assert.equal(Buffer.from(await other.get(first)).toString(), 'first');
  nowMs += 1;
  await assert.rejects(other.get(first), { code: 'not-found' });
  assert.equal(await other.sweep(), 1);
  assert.equal(await other.sweep(), 0);
  assert.equal(Buffer.from(await other.get(second)).toString(), 'second');
});

test('what is no link is not found', async () => {
  const links = new ResultLinks({ blobs: new MemoryBlobs(), now: () => 0 });
  const id = await links.add(Buffer.from('a'));
  assert.equal(Buffer.from(await links.get(id)).toString(), 'a');
  for (const wrong of [
    '',
    '../content/a',
    id.slice(1),
    `${id}0`,
    id.replace(/.$/, 'x'),
    '000000000000001-'.padEnd(64, '0'),
  ]) {
    await assert.rejects(links.get(wrong), { code: 'not-found' });
  }
});
