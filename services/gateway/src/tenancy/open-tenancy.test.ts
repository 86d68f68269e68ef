import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempDisposable } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { DirectoryBlobs } from '@instgenie/blobs';
import { systemClock } from '@instgenie/domain';
import { type Caller, dayOf, readAudit, readUsage, TenantDirectory } from '@instgenie/tenants';
import { gatewayConfig } from '../config.ts';
import type { EditOrder } from '../edits/edit-order.ts';
import type { EditedPicture, EditFacts } from '../edits/editing.ts';
import { openTenancy } from './open-tenancy.ts';

const nowMs = () => Date.parse('2026-11-25T12:00:00Z');
const today = dayOf(nowMs());
const signal = new AbortController().signal;

async function open(settings: object) {
  const folder = await mkdtempDisposable(join(tmpdir(), 'instgenie-tenancy-'));
  const blobs = new DirectoryBlobs(folder.path);
  const config = gatewayConfig.parse({ blobs: folder.path, ...settings });
  const warnings: unknown[] = [];
  const log = { warn: (...line: readonly unknown[]) => warnings.push(line) };
  const tenancy = openTenancy(config, { blobs, clock: systemClock, nowMs, log });
  return { blobs, tenancy, warnings, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
}

function editOf(caller: Caller) {
  const order: EditOrder = {
    requestId: 'r1',
    source: { kind: 'template', id: 'f'.repeat(24) },
    model: undefined,
    mask: undefined,
    maskMode: 'auto',
    grow: 0,
    feather: 0,
    prompt: 'canary prompt',
    seed: 1,
    steps: 4,
    guidance: undefined,
    strength: 1,
    count: 2,
    priority: 'normal',
    deadlineMs: 1000,
    format: 'png',
    size: undefined,
    isDense: false,
    mustBeWarm: false,
    previews: 0,
    explain: false,
  };
  const facts: EditFacts = {
    requestId: 'r1',
    templateId: 'f'.repeat(24),
    model: 'flux',
    maskRatio: 0.25,
    maskedTokens: 10,
    tokens: 40,
    steps: 4,
    warnings: [],
  };
  return { order, caller, facts, plannedTokenSteps: 80 };
}

function pictureOf(image: Uint8Array): EditedPicture {
  const times = { gatewayMs: 0, prepareMs: 0, queueMs: 0, denoiseMs: 0, decodeMs: 0, totalMs: 0 };
  const rest = { worker: 'w', moves: 0, isMixed: false, scores: [] };
  return { image, width: 16, height: 16, seed: 1, cache: 'hit', times, ...rest };
}

test('an edit is let in by its key and quota, counted, and written down without its prompt', async () => {
  await using opened = await open({});
  const { blobs, tenancy } = opened;
  const directory = new TenantDirectory(blobs, nowMs);
  await directory.create('acme', { maskedTokenStepsPerMinute: 100 });
  const { text, record } = await directory.createKey('acme', { name: '', scopes: ['edit'], expiresAtMs: undefined });
  const caller = await tenancy.authenticator.authenticate(`Bearer ${text}`);
  const edit = editOf(caller);
  {
    using lease = tenancy.guards.admit(edit);
    await tenancy.guards.before(edit, signal);
    assert.throws(() => tenancy.guards.admit(edit), { code: 'overloaded', field: 'quota' });
    lease.refund(40);
    tenancy.guards.ended({ ...edit, pictures: [pictureOf(Buffer.from('canary picture'))], maskedTokenSteps: 40 });
  }
  await tenancy[Symbol.asyncDispose]();
  const question = { from: today, to: today, tenant: undefined, onDamaged: assert.fail };
  const [row, ...others] = await readUsage(blobs, question);
  const counted = { edits: 1, pictures: 1, maskedTokens: 10, maskedTokenSteps: 40 };
  assert.deepEqual([row, others], [{ day: today, tenant: 'acme', model: 'flux', ...counted }, []]);
  const [segment] = await Array.fromAsync(readAudit(blobs, { from: undefined, to: today }));
  assert.ok(segment?.kind === 'segment');
  const [entry] = segment.entries;
  assert.deepEqual([entry?.by, entry?.subject, entry?.facts.ending], [`key:${record.id}`, 'r1', 'unfinished']);
  assert.equal(entry?.facts.maskRatio, 0.25);
  assert.doesNotMatch(JSON.stringify(segment), /canary/);
});

test('where nobody has to say who they are, all are one tenant without limits', async () => {
  await using opened = await open({ auth: { mode: 'none' } });
  const caller = await opened.tenancy.authenticator.authenticate(undefined);
  assert.deepEqual([caller.tenant, caller.quota], ['default', {}]);
  await using closed = await open({});
  await assert.rejects(closed.tenancy.authenticator.authenticate(undefined), { code: 'unauthenticated' });
});

test('moderation hears of prompt and result, and its failures are logged without them', async () => {
  const bodies: string[] = [];
  const server = createServer((request, response) => {
    void Array.fromAsync<Buffer>(request).then((pieces) => {
      bodies.push(Buffer.concat(pieces).toString());
      if (bodies.length === 1) response.end('{"allowed":true}');
      else response.writeHead(500).end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  try {
    await using opened = await open({ auth: { mode: 'none' }, moderation: { url } });
    const { authenticator, guards } = opened.tenancy;
    const edit = editOf(await authenticator.authenticate(undefined));
    await guards.before(edit, signal);
    const ending = { ...edit, picture: pictureOf(Buffer.from('canary picture')) };
    await assert.rejects(guards.after(ending, signal), { code: 'unavailable' });
    assert.match(bodies[0] ?? '', /"tenant":"default","template":"f{24}","prompt":"canary prompt","maskRatio":0.25/);
    assert.match(bodies[1] ?? '', /"resultSha256":"[0-9a-f]{64}"}$/);
    assert.doesNotMatch(JSON.stringify(opened.warnings), /canary/);
    assert.equal(opened.warnings.length, 1);
  } finally {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  }
});

test('priming takes of the same quota, a minute of it at most, and is counted as what was computed', async () => {
  await using opened = await open({ auth: { mode: 'none' } });
  const { blobs, tenancy } = opened;
  const caller: Caller = {
    tenant: 'acme',
    keyId: 'k1',
    scopes: new Set(),
    quota: { maskedTokenStepsPerMinute: 100 },
  };
  const priming = { caller, templateId: 'f'.repeat(24), model: 'flux' };
  {
    using lease = tenancy.guards.admitPriming(priming, 320);
    assert.throws(() => tenancy.guards.admit(editOf(caller)), { code: 'overloaded', field: 'quota' });
    // Nearly all of it was held: of what it has taken, only what was computed is gone.
    lease.computed(20);
  }
  using edit = tenancy.guards.admit(editOf(caller));
  edit.refund(0);
  await tenancy[Symbol.asyncDispose]();
  const question = { from: today, to: today, tenant: undefined, onDamaged: assert.fail };
  const [usage] = await readUsage(blobs, question);
  assert.deepEqual([usage?.edits, usage?.pictures, usage?.maskedTokenSteps], [0, 0, 20]);
});
