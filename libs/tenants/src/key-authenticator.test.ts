import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import { test } from 'node:test';
import { ServiceError } from '@instgenie/domain';
import { anyOf } from './any-of.ts';
import { KeyAuthenticator } from './key-authenticator.ts';
import { OpenAuthenticator } from './open-authenticator.ts';
import { requireScope, unauthenticated } from './refusals.ts';
import { ManualClock, temporaryDirectory } from './testing.ts';

const asked = { name: '', scopes: ['edit'], expiresAtMs: undefined } as const;
const refused = { code: 'unauthenticated', field: 'authorization', message: unauthenticated().message };

async function withTenant() {
  const clock = new ManualClock();
  const opened = await temporaryDirectory(clock);
  await opened.directory.create('acme', { editsAtOnce: 3 });
  const settings = { directory: opened.directory, clock, nowMs: clock.now, cacheMs: 1000 };
  return { ...opened, clock, settings, authenticator: new KeyAuthenticator(settings) };
}

test('a key says whose it is and what that may do', async () => {
  await using opened = await withTenant();
  const { directory, authenticator } = opened;
  const { text, record } = await directory.createKey('acme', asked);
  const caller = await authenticator.authenticate(`Bearer ${text}`);
  assert.deepEqual(caller, {
    tenant: 'acme',
    keyId: record.id,
    scopes: new Set(['edit']),
    quota: { editsAtOnce: 3 },
  });
  requireScope(caller, 'edit');
  assert.throws(() => requireScope(caller, 'job'), { code: 'forbidden', message: /scope "job"/ });
});

test('whatever is wrong with a key, the answer is the same', async () => {
  await using opened = await withTenant();
  const { directory, authenticator, clock } = opened;
  const { text } = await directory.createKey('acme', asked);
  const expired = await directory.createKey('acme', { ...asked, expiresAtMs: clock.ms });
  const revoked = await directory.createKey('acme', asked);
  await directory.revokeKey('acme', revoked.record.id);
  const otherSecret = `${text.slice(0, -43)}${'A'.repeat(43)}`;
  const otherId = `ik_${'0'.repeat(24)}_${text.slice(-43)}`;
  for (const header of [
    undefined,
    '',
    text,
    `Basic ${text}`,
    `Bearer`,
    `Bearer ${text}x`,
    `Bearer ${text.toUpperCase()}`,
    `Bearer ${otherSecret}`,
    `Bearer ${otherId}`,
    `Bearer ${expired.text}`,
    `Bearer ${revoked.text}`,
    `Bearer ${'x'.repeat(10_000)}`,
    'Bearer a.b.c',
  ]) {
    await assert.rejects(authenticator.authenticate(header), refused);
  }
});

test('a revoked key is refused once what is remembered is too old, and its expiry at once', async () => {
  await using opened = await withTenant();
  const { directory, authenticator, clock } = opened;
  const revoked = await directory.createKey('acme', asked);
  const expiring = await directory.createKey('acme', { ...asked, expiresAtMs: clock.ms + 10 });
  for (const { text } of [revoked, expiring]) await authenticator.authenticate(`Bearer ${text}`);
  await directory.revokeKey('acme', revoked.record.id);
  clock.ms += 10;
  await assert.rejects(authenticator.authenticate(`Bearer ${expiring.text}`), refused);
  clock.ms += 989;
  await authenticator.authenticate(`Bearer ${revoked.text}`);
  clock.ms += 1;
  await assert.rejects(authenticator.authenticate(`Bearer ${revoked.text}`), refused);
});

test('keys are looked up once in a while, those that are not there too, and once for many calls', async () => {
  await using opened = await withTenant();
  const { directory, authenticator, blobs, clock } = opened;
  const { text } = await directory.createKey('acme', asked);
  blobs.reads = 0;
  await Promise.all(Array.from({ length: 50 }, () => authenticator.authenticate(`Bearer ${text}`)));
  assert.equal(blobs.reads, 2);
  const unknown = `Bearer ik_${'0'.repeat(24)}_${'A'.repeat(43)}`;
  for (let call = 0; call < 3; call++) await assert.rejects(authenticator.authenticate(unknown), refused);
  assert.equal(blobs.reads, 3);
  clock.ms += 1000;
  await authenticator.authenticate(`Bearer ${text}`);
  assert.equal(blobs.reads, 5);
});

test('guessed keys push out no key that is used', async () => {
  await using opened = await withTenant();
  const authenticator = new KeyAuthenticator({ ...opened.settings, entriesMax: 4 });
  const { text } = await opened.directory.createKey('acme', asked);
  await authenticator.authenticate(`Bearer ${text}`);
  for (let guess = 0; guess < 20; guess++) {
    const id = guess.toString(16).padStart(24, '0');
    await assert.rejects(authenticator.authenticate(`Bearer ik_${id}_${'A'.repeat(43)}`), refused);
  }
  opened.blobs.reads = 0;
  await authenticator.authenticate(`Bearer ${text}`);
  assert.equal(opened.blobs.reads, 0);
});

test('while keys cannot be looked up, the failure is told and not remembered', async () => {
  await using opened = await withTenant();
  const { directory, authenticator, blobs } = opened;
  const { text } = await directory.createKey('acme', asked);
  blobs.isDown = true;
  await assert.rejects(authenticator.authenticate(`Bearer ${text}`), /down/);
  blobs.isDown = false;
  await authenticator.authenticate(`Bearer ${text}`);
});

test('a rotated key works beside the new one until its grace is over', async () => {
  await using opened = await withTenant();
  const { directory, authenticator, clock } = opened;
  const first = await directory.createKey('acme', asked);
  const second = await directory.rotateKey('acme', first.record.id, { graceMs: 5000 });
  for (const { text } of [first, second]) await authenticator.authenticate(`Bearer ${text}`);
  clock.ms += 5000;
  await assert.rejects(authenticator.authenticate(`Bearer ${first.text}`), refused);
  await authenticator.authenticate(`Bearer ${second.text}`);
});

test('the first authenticator that knows the caller answers, and failures are not hidden by the next', async () => {
  const open = new OpenAuthenticator();
  const none = { authenticate: () => Promise.reject(unauthenticated()) };
  const broken = { authenticate: () => Promise.reject(new ServiceError('unavailable', 'no keys')) };
  assert.equal((await anyOf([none, open]).authenticate('Bearer x')).tenant, 'default');
  await assert.rejects(anyOf([none, none]).authenticate('Bearer x'), refused);
  await assert.rejects(anyOf([broken, open]).authenticate('Bearer x'), { code: 'unavailable' });
});

test('secrets are compared in a time that says nothing, also where there is no key', async (context) => {
  await using opened = await withTenant();
  const { text } = await opened.directory.createKey('acme', asked);
  const compared = context.mock.method(crypto, 'timingSafeEqual');
  syncBuiltinESMExports();
  try {
    const unknown = `ik_${'0'.repeat(24)}_${text.slice(-43)}`;
    await opened.authenticator.authenticate(`Bearer ${text}`);
    await assert.rejects(opened.authenticator.authenticate(`Bearer ${unknown}`), refused);
    assert.equal(compared.mock.callCount(), 2);
  } finally {
    compared.mock.restore();
    syncBuiltinESMExports();
  }
});
