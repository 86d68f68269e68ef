import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { before, suite, test } from 'node:test';
import fc from 'fast-check';
import { exportJWK, exportSPKI, generateKeyPair, SignJWT } from 'jose';
import { JwksSource } from './jwks-source.ts';
import { JwtAuthenticator } from './jwt-authenticator.ts';
import { unauthenticated } from './refusals.ts';
import { ManualClock, temporaryDirectory } from './testing.ts';

type KeyPair = Awaited<ReturnType<typeof generateKeyPair>>;
const refused = { code: 'unauthenticated', field: 'authorization', message: unauthenticated().message };
const issuer = 'https://issuer.example';
const audience = 'instgenie';
const algorithms = ['RS256', 'ES256', 'EdDSA', 'PS256'] as const;
const pairs = new Map<string, KeyPair>();

before(async () => {
  for (const alg of algorithms) pairs.set(alg, await generateKeyPair(alg, { extractable: true }));
  pairs.set('later', await generateKeyPair('ES256', { extractable: true }));
});

function pair(name: string): KeyPair {
  return pairs.get(name) ?? assert.fail(name);
}

async function jwk(name: string) {
  return { ...(await exportJWK(pair(name).publicKey)), kid: name };
}

interface Token {
  readonly alg?: string;
  readonly kid?: string | undefined;
  readonly signer?: string;
  readonly claims?: Readonly<Record<string, unknown>>;
}

/** A token that is good but for what `token` says otherwise. */
function signed(clock: ManualClock, { alg = 'ES256', kid = alg, signer = alg, claims = {} }: Token = {}) {
  const second = Math.floor(clock.ms / 1000);
  const good = { iss: issuer, aud: audience, tenant: 'acme', scope: 'edit other job', exp: second + 60, nbf: second };
  const payload = { ...good, ...claims };
  return new SignJWT(payload).setProtectedHeader({ alg, ...(kid === '' ? {} : { kid }) }).sign(pair(signer).privateKey);
}

/** An issuer's keys over HTTP, counted; `keys` undefined: it fails. */
async function startIssuer(...names: readonly string[]) {
  const state = { names: names as readonly string[] | undefined, requests: 0 };
  const server = createServer((_request, response) => {
    state.requests++;
    if (state.names === undefined) response.writeHead(500).end('{}');
    else void Promise.all(state.names.map(jwk)).then((keys) => response.end(JSON.stringify({ keys })));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return Object.assign(state, {
    place: `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  });
}

async function withIssuer(...names: readonly string[]) {
  const clock = new ManualClock();
  const opened = await temporaryDirectory(clock);
  await opened.directory.create('acme', { editsAtOnce: 2 });
  const issuing = await startIssuer(...names);
  const make = (place: string) => {
    const { key } = new JwksSource({ place, clock });
    const claims = { tenantClaim: 'tenant', scopeClaim: 'scope' };
    const shared = { directory: opened.directory, clock, nowMs: clock.now, cacheMs: 1000 };
    return new JwtAuthenticator({ key, issuer, audience, ...claims, ...shared });
  };
  const authenticator = make(issuing.place);
  const ask = async (token: string | Promise<string>) => authenticator.authenticate(`Bearer ${await token}`);
  const dispose = async () => {
    await issuing[Symbol.asyncDispose]();
    await opened[Symbol.asyncDispose]();
  };
  return { ...opened, clock, issuing, make, ask, [Symbol.asyncDispose]: dispose };
}

suite('tokens', () => {
  for (const alg of ['RS256', 'ES256', 'EdDSA']) {
    test(`a good token of ${alg} says whose call it is`, async () => {
      await using opened = await withIssuer('RS256', 'ES256', 'EdDSA');
      assert.deepEqual(await opened.ask(signed(opened.clock, { alg })), {
        tenant: 'acme',
        keyId: undefined,
        scopes: new Set(['edit', 'job']),
        quota: { editsAtOnce: 2 },
      });
    });
  }

  const second = Math.floor(new ManualClock().ms / 1000);
  for (const { name, token } of [
    { name: 'expired', token: { claims: { exp: second - 6 } } },
    { name: 'without an end', token: { claims: { exp: undefined } } },
    { name: 'of the future', token: { claims: { nbf: second + 6 } } },
    { name: 'for another audience', token: { claims: { aud: 'other' } } },
    { name: 'for nobody', token: { claims: { aud: undefined } } },
    { name: 'of another issuer', token: { claims: { iss: 'https://other.example' } } },
    { name: 'of an unknown key', token: { kid: 'unknown' } },
    { name: 'that names no key', token: { kid: '' } },
    { name: 'signed by another key', token: { signer: 'later' } },
    { name: 'with the key of another algorithm', token: { kid: 'RS256' } },
    { name: 'of an algorithm that is not taken', token: { alg: 'PS256' } },
    { name: 'of no tenant', token: { claims: { tenant: undefined } } },
    { name: 'of a tenant that is no text', token: { claims: { tenant: ['acme'] } } },
    { name: 'of a tenant that does not exist', token: { claims: { tenant: 'nobody' } } },
    { name: 'of a tenant whose name is none', token: { claims: { tenant: '../acme' } } },
  ] satisfies readonly { name: string; token: Token }[]) {
    test(`a token ${name} is refused, and nothing says why`, async () => {
      await using opened = await withIssuer('ES256', 'RS256', 'PS256');
      await assert.rejects(opened.ask(signed(opened.clock, token)), refused);
    });
  }

  test('tokens that nobody signed, or with the public key as a shared secret, are refused', async () => {
    await using opened = await withIssuer('RS256');
    const good = await signed(opened.clock, { alg: 'RS256' });
    await opened.ask(good);
    const [, payload] = good.split('.');
    const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const pem = await exportSPKI(pair('RS256').publicKey);
    for (const alg of ['none', 'None', 'HS256', 'HS512']) {
      const head = `${encode({ alg, kid: 'RS256' })}.${payload}`;
      const hash = alg === 'HS512' ? 'sha512' : 'sha256';
      for (const mac of ['', createHmac(hash, pem).update(head).digest('base64url'), 'AAAA']) {
        await assert.rejects(opened.ask(`${head}.${mac}`), refused);
      }
    }
    for (const text of ['..', 'a.b.c', good.slice(0, -4), `${good}.x`, good.replace(/\.[^.]+\./, '.e30.')]) {
      await assert.rejects(opened.ask(text), refused);
    }
  });

  test('no header at all is let in, or is another failure than the one (seed 5)', async () => {
    await using opened = await withIssuer('RS256');
    const good = (await signed(opened.clock, { alg: 'RS256' })).split('.');
    const authenticator = opened.make(opened.issuing.place);
    const json = (value: unknown) => Buffer.from(JSON.stringify(value) ?? '').toString('base64url');
    const part = fc.oneof(
      fc.constantFrom(...good),
      fc.string(),
      fc.json().map((text) => Buffer.from(text).toString('base64url')),
      fc.record({ alg: fc.constantFrom('RS256', 'none', 'HS256', 7), kid: fc.constantFrom('RS256', null) }).map(json),
    );
    const header = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(part, { maxLength: 5 }).map((parts) => `Bearer ${parts.join('.')}`),
    );
    const run = fc.asyncProperty(header, async (text) => {
      fc.pre(text !== `Bearer ${good.join('.')}`);
      await assert.rejects(authenticator.authenticate(text), refused);
    });
    await fc.assert(run, { seed: 5, numRuns: 5000 });
  });

  test('scopes may be a list, and what is none of ours is left out', async () => {
    await using opened = await withIssuer('ES256');
    const scopesWith = async (scope: unknown) => (await opened.ask(signed(opened.clock, { claims: { scope } }))).scopes;
    assert.deepEqual(await scopesWith(['template', 'admin', 7]), new Set(['template']));
    for (const scope of [undefined, {}, 'editor', 5]) assert.deepEqual(await scopesWith(scope), new Set());
  });

  test('tokens of a tenant end with it', async () => {
    await using opened = await withIssuer('ES256');
    const token = await signed(opened.clock);
    await opened.ask(token);
    await opened.directory.delete('acme');
    opened.clock.ms += 1000;
    await assert.rejects(opened.ask(token), refused);
  });
});

suite('the keys of an issuer', () => {
  test('go on for ever when it is gone or has none, and unknown ones are refused', async () => {
    await using opened = await withIssuer('ES256');
    await opened.ask(signed(opened.clock));
    opened.issuing.names = undefined;
    for (let hour = 0; hour < 24 * 30; hour++) {
      if (hour === 500) opened.issuing.names = [];
      opened.clock.ms += 3_600_000;
      await opened.ask(signed(opened.clock));
    }
    await assert.rejects(opened.ask(signed(opened.clock, { kid: 'later', signer: 'later' })), refused);
    await opened.ask(signed(opened.clock));
  });

  test('are looked up again for a new one, but not more often than the cool-down allows', async () => {
    await using opened = await withIssuer('ES256');
    const { issuing, clock } = opened;
    await opened.ask(signed(clock));
    issuing.names = ['ES256', 'later'];
    const later = { kid: 'later', signer: 'later' };
    for (let call = 0; call < 5; call++) await assert.rejects(opened.ask(signed(clock, later)), refused);
    assert.equal(issuing.requests, 1);
    clock.ms += 30_000;
    await Promise.all([1, 2, 3].map(() => opened.ask(signed(clock, later))));
    assert.equal(issuing.requests, 2);
  });

  test('that were withdrawn are refused once they have been looked up again', async () => {
    await using opened = await withIssuer('ES256', 'later');
    const { issuing, clock } = opened;
    const later = { kid: 'later', signer: 'later' };
    await opened.ask(signed(clock, later));
    issuing.names = ['ES256'];
    clock.ms += 600_000;
    await opened.ask(signed(clock, later));
    // An unknown key waits for the look-up that is on its way.
    await assert.rejects(opened.ask(signed(clock, { kid: 'unknown' })), refused);
    await assert.rejects(opened.ask(signed(clock, later)), refused);
  });

  test('that never were there make tokens unavailable, not wrong', async () => {
    await using opened = await withIssuer('ES256');
    const { issuing, clock } = opened;
    issuing.names = undefined;
    await assert.rejects(opened.ask(signed(clock)), { code: 'unavailable' });
    issuing.names = ['ES256'];
    await assert.rejects(opened.ask(signed(clock)), { code: 'unavailable' });
    clock.ms += 1000;
    await opened.ask(signed(clock));
  });

  test('may be a file, and a file that is none is not taken', async () => {
    await using opened = await withIssuer();
    await using folder = await temporaryDirectory(opened.clock);
    const path = join(folder.path, 'jwks.json');
    await writeFile(path, JSON.stringify({ keys: [await jwk('ES256')] }));
    const token = await signed(opened.clock);
    assert.equal((await opened.make(path).authenticate(`Bearer ${token}`)).tenant, 'acme');
    await writeFile(path, '{"keys": 7}');
    await assert.rejects(opened.make(path).authenticate(`Bearer ${token}`), { code: 'unavailable' });
  });
});
