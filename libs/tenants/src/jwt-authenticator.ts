import { type Clock, ServiceError } from '@instgenie/domain';
import { type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { type Authenticator, type Caller, type Scope, scopes } from './caller.ts';
import { ExpiringCache } from './expiring-cache.ts';
import { isTenantName } from './names.ts';
import { bearerOf, unauthenticated } from './refusals.ts';
import type { TenantDirectory } from './tenant-directory.ts';
import type { TenantRecord } from './tenant-record.ts';

export interface JwtAuthenticatorSettings {
  /** `JwksSource.key` */
  readonly key: JWTVerifyGetKey;
  readonly issuer: string;
  readonly audience: string;
  readonly tenantClaim: string;
  readonly scopeClaim: string;
  readonly directory: TenantDirectory;
  readonly clock: Clock;
  /** Milliseconds of the epoch. */
  readonly nowMs: () => number;
  /** A tenant that is deleted is refused after so long at the latest. */
  readonly cacheMs: number;
  readonly entriesMax?: number;
}

/** Public keys only: with a shared secret (HS256), whoever has the public key could sign. */
const algorithms = ['RS256', 'RS384', 'RS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'];
/** Clocks of issuers may differ by so much. */
const clockToleranceSeconds = 5;

/** Knows callers by signed tokens of an issuer. Their tenant must have a record, which also says its quota. */
export class JwtAuthenticator implements Authenticator {
  readonly #settings: JwtAuthenticatorSettings;
  readonly #tenants: ExpiringCache<TenantRecord>;

  constructor(settings: JwtAuthenticatorSettings) {
    this.#settings = settings;
    const { directory, clock, cacheMs, entriesMax = 10_000 } = settings;
    const load = (name: string) => directory.find(name);
    this.#tenants = new ExpiringCache({ load, clock, maxAgeMs: cacheMs, entriesMax, loadsMax: 256 });
  }

  /** Throws `unauthenticated`; `unavailable` while there are no keys to check it with. */
  async authenticate(authorization: string | undefined): Promise<Caller> {
    const token = bearerOf(authorization);
    if (token === undefined || token.split('.').length !== 3) throw unauthenticated();
    const claims = await this.#verified(token);
    const name = claims[this.#settings.tenantClaim];
    if (typeof name !== 'string' || !isTenantName(name)) throw unauthenticated();
    const tenant = await this.#tenants.get(name);
    if (tenant === undefined) throw unauthenticated();
    const allowed = new Set(scopesOf(claims[this.#settings.scopeClaim]));
    return { tenant: name, keyId: undefined, scopes: allowed, quota: tenant.quota };
  }

  async #verified(token: string): Promise<JWTPayload> {
    const { key, issuer, audience, nowMs } = this.#settings;
    // A key set of one key would take tokens that name none.
    const named: JWTVerifyGetKey = (header, jws) => {
      if (typeof header.kid !== 'string') throw unauthenticated();
      return key(header, jws);
    };
    try {
      const { payload } = await jwtVerify(token, named, {
        algorithms,
        issuer,
        audience,
        requiredClaims: ['exp'],
        clockTolerance: clockToleranceSeconds,
        currentDate: new Date(nowMs()),
      });
      return payload;
    } catch (thrown) {
      if (thrown instanceof ServiceError && thrown.code === 'unavailable') throw thrown;
      throw unauthenticated(thrown);
    }
  }
}

/** Words of a text, or a list; what is no scope of ours is left out. */
function scopesOf(claim: unknown): readonly Scope[] {
  const words: unknown = typeof claim === 'string' ? claim.split(' ') : claim;
  return Array.isArray(words) ? scopes.filter((scope) => words.includes(scope)) : [];
}
