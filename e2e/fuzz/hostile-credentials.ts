import { createHmac, type KeyObject, sign } from 'node:crypto';
import fc from 'fast-check';
import { texts } from './hostile-values.ts';

/** What a deployment takes, for credentials that are nearly right. */
export interface KnownCredentials {
  readonly apiKey: string;
  readonly jwt: {
    readonly privateKey: KeyObject;
    readonly kid: string;
    readonly issuer: string;
    readonly audience: string;
  };
}

/** Values of the `authorization` header; none of them but the key is one to be let in with. */
export function hostileCredentials({ apiKey, jwt }: KnownCredentials): fc.Arbitrary<string | undefined> {
  const header = fc.record(
    {
      alg: fc.oneof(fc.constantFrom('none', 'None', 'HS256', 'RS256', 'ES256', 'EdDSA', ''), texts),
      typ: fc.constant('JWT'),
      kid: fc.oneof(fc.constant(jwt.kid), texts),
      jwk: fc.constant({ kty: 'oct', k: 'AAAA' }),
      jku: fc.constant('http://127.0.0.1:1/keys'),
      crit: fc.constant(['exp']),
    },
    { requiredKeys: ['alg'] },
  );
  const claims = fc.record(
    {
      iss: fc.oneof(fc.constant(jwt.issuer), texts),
      aud: fc.oneof(fc.constant(jwt.audience), texts, fc.constant([]), fc.constant(null)),
      exp: fc.constantFrom(0, 1, -1, 4e9, 1e300, 'soon', null),
      nbf: fc.constantFrom(4e9, 0, 'x'),
      tenant: fc.oneof(texts, fc.constant('acme'), fc.constant({}), fc.constant(7)),
      scope: fc.oneof(texts, fc.constant(['edit']), fc.constant(null)),
    },
    { requiredKeys: [] },
  );
  const token = fc
    .tuple(
      header,
      fc.oneof({ weight: 5, arbitrary: claims }, fc.jsonValue()),
      fc.constantFrom('none', 'hmac', 'noise', 'other'),
    )
    .map(([head, body, signing]) => {
      const text = `${encode(head)}.${encode(body)}`;
      return `Bearer ${text}.${signature(text, signing, jwt.privateKey)}`;
    });
  const bearer = texts.map((text) => `Bearer ${text}`);
  return fc.oneof(
    fc.constant(undefined),
    token,
    bearer,
    texts,
    fc.constantFrom('Bearer', 'Bearer ', 'Basic Og==', 'bearer a.b.c', 'Bearer ..', `Bearer ${'a.'.repeat(2000)}`),
    fc.nat({ max: apiKey.length }).map((at) => `Bearer ${apiKey.slice(0, at)}x${apiKey.slice(at + 1)}y`),
  );
}

function encode(part: unknown): string {
  return Buffer.from(JSON.stringify(part) ?? '').toString('base64url');
}

/** `other` is a good signature, of something else. */
function signature(text: string, kind: string, key: KeyObject): string {
  if (kind === 'none') return '';
  if (kind === 'hmac') return createHmac('sha256', 'public key').update(text).digest('base64url');
  if (kind === 'noise') return Buffer.alloc(256, 7).toString('base64url');
  return sign('sha256', Buffer.from('something else'), key).toString('base64url');
}
