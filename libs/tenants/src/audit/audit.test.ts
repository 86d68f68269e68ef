import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ManualClock, temporaryDirectory } from '../testing.ts';
import { type AuditEvent, actorOf } from './audit-event.ts';
import { AuditLog } from './audit-log.ts';
import { readAudit } from './audit-report.ts';

const event = (subject: string): AuditEvent => ({
  action: 'edit.ended',
  tenant: 'acme',
  by: 'key:1',
  subject,
  facts: { template: 'f'.repeat(24), maskRatio: 0.25, ending: 'done' },
});

async function open(settings: { readonly eventsMax?: number; readonly segmentsMax?: number } = {}) {
  const clock = new ManualClock();
  const opened = await temporaryDirectory(clock);
  const shared = { blobs: opened.blobs, clock, nowMs: clock.now, writer: 'gateway-1', intervalMs: 1000 };
  const start = (boot = 'boot') => new AuditLog({ ...shared, boot, onFailure: () => undefined, ...settings });
  const read = async (question: { readonly from?: string; readonly to?: string } = {}) => {
    const parts = await Array.fromAsync(readAudit(opened.blobs, { from: undefined, to: '2026-12-31', ...question }));
    return {
      parts,
      damage: parts.flatMap((part) => (part.kind === 'damage' ? [part] : [])),
      subjects: parts.flatMap((part) => (part.kind === 'segment' ? part.entries.map(({ subject }) => subject) : [])),
    };
  };
  return { ...opened, clock, start, read };
}

type Opened = Awaited<ReturnType<typeof open>>;

/** Three segments of two events and one of the last. */
async function withSegments(): Promise<Opened & { readonly blobNames: readonly string[] }> {
  const opened = await open({ eventsMax: 2 });
  const log = opened.start();
  for (const subject of ['a', 'b', 'c', 'd', 'e', 'f', 'g']) log.record(event(subject));
  await log[Symbol.asyncDispose]();
  return { ...opened, blobNames: await Array.fromAsync(opened.blobs.list('audit/')) };
}

async function change({ blobs }: Opened, name: string, edit: (text: string) => string): Promise<void> {
  const bytes = (await blobs.get(name, { bytesMax: 10_000 }))?.bytes ?? new Uint8Array();
  await blobs.put(name, Buffer.from(edit(Buffer.from(bytes).toString('utf8'))));
}

test('events are written after the interval, in order, in chained segments that begin anew each day', async () => {
  await using opened = await open();
  const { clock, read } = opened;
  const log = opened.start();
  log.record(event('first'));
  assert.deepEqual((await read()).subjects, []);
  clock.pass(1000);
  await log.flush();
  const { parts } = await read();
  assert.ok(parts[0]?.kind === 'segment' && !parts[0].isEnded);
  assert.deepEqual(parts[0].entries, [{ at: '2026-11-25T12:00:00.000Z', ...event('first') }]);
  clock.pass(86_400_000);
  log.record(event('second'));
  await log[Symbol.asyncDispose]();
  const all = await read();
  assert.deepEqual([all.subjects, all.damage, all.parts.length], [['first', 'second'], [], 2]);
  assert.deepEqual((await read({ from: '2026-11-26' })).subjects, ['second']);
  assert.deepEqual((await read({ to: '2026-11-25' })).subjects, ['first']);
});

test('a log that was not ended, as after a crash, is whole as far as it was written', async () => {
  await using opened = await open();
  const log = opened.start('crashed');
  log.record(event('a'));
  await log.flush();
  log.record(event('lost with the process'));
  const next = opened.start('next');
  next.record(event('b'));
  await next[Symbol.asyncDispose]();
  const { subjects, damage } = await opened.read();
  assert.deepEqual([subjects.toSorted(), damage], [['a', 'b'], []]);
});

for (const { name, edit, why } of [
  { name: 'a changed word', edit: (text: string) => text.replace('"c"', '"x"'), why: /line 3: the line before it/ },
  { name: 'a line that is gone', edit: (text: string) => text.replace(/\n[^\n]*"c"[^\n]*/, ''), why: /line 2/ },
  { name: 'a line twice', edit: (text: string) => text.replace(/(\n[^\n]*"c"[^\n]*)/, '$1$1'), why: /line 3/ },
  { name: 'a cut line', edit: (text: string) => text.slice(0, -20), why: /does not end with a line/ },
  { name: 'another start', edit: (text: string) => text.replace('"number":1', '"number":2'), why: /another name/ },
  { name: 'nothing', edit: () => '\n', why: /line 1/ },
]) {
  test(`${name} shows`, async () => {
    await using opened = await withSegments();
    const second = opened.blobNames[1] ?? '';
    await change(opened, second, edit);
    const { damage } = await opened.read();
    assert.equal(damage[0]?.blob, second);
    assert.match(damage[0]?.why ?? '', why);
  });
}

test('an end that is gone, a missing segment and one written anew show in the segment after it', async () => {
  for (const edit of [
    (opened: Opened, name: string) => change(opened, name, (text) => text.replace(/\n[^\n]*"end"[^\n]*/, '')),
    (opened: Opened, name: string) => opened.blobs.delete(name),
    (opened: Opened, name: string) => change(opened, name, (text) => `${text.split('\n')[0]}\n`),
  ]) {
    await using opened = await withSegments();
    await edit(opened, opened.blobNames[1] ?? '');
    const { damage } = await opened.read();
    assert.deepEqual(
      damage.map(({ blob }) => blob),
      [opened.blobNames[2]],
    );
  }
});

test('while the blob store is down events wait, up to a bound, and the log says how many were lost', async () => {
  await using opened = await open({ eventsMax: 2, segmentsMax: 2 });
  const log = opened.start();
  opened.blobs.isDown = true;
  for (const subject of ['a', 'b', 'c', 'd', 'e', 'f']) log.record(event(subject));
  await assert.rejects(log.flush(), /down/);
  opened.blobs.isDown = false;
  await log.flush();
  log.record(event('g'));
  await log[Symbol.asyncDispose]();
  const { parts, subjects, damage } = await opened.read();
  assert.deepEqual([subjects, damage], [['a', 'b', 'c', 'd', '', 'g'], []]);
  const lost = parts
    .flatMap((part) => (part.kind === 'segment' ? part.entries : []))
    .find(({ subject }) => subject === '');
  assert.deepEqual([lost?.action, lost?.facts], ['audit.lost', { count: 2 }]);
});

test('whoever shows no key is a token', () => {
  assert.deepEqual([actorOf({ keyId: 'ab' }), actorOf({ keyId: undefined })], ['key:ab', 'token']);
});

test('no byte of a segment can be changed unseen, unless it is the last line of all (seed 3)', async () => {
  await using opened = await withSegments();
  const { blobs, blobNames, read } = opened;
  const first = blobNames[0] ?? '';
  const text = Buffer.from((await blobs.get(first, { bytesMax: 10_000 }))?.bytes ?? []);
  const flips = fc.record({ at: fc.nat(text.length - 1), bit: fc.nat(7) });
  const run = fc.asyncProperty(flips, async ({ at, bit }) => {
    const changed = Buffer.from(text);
    changed[at] = (changed[at] ?? 0) ^ (1 << bit);
    await blobs.put(first, changed);
    assert.ok((await read()).damage.length > 0);
  });
  await fc.assert(run, { seed: 3, numRuns: 200 });
});
