import type { Clock } from '@instgenie/domain';
import { isSecret, isUsable, parseKey } from './api-key.ts';
import type { Authenticator, Caller } from './caller.ts';
import { ExpiringCache } from './expiring-cache.ts';
import { bearerOf, unauthenticated } from './refusals.ts';
import type { TenantDirectory } from './tenant-directory.ts';
import type { KeyRecord, TenantRecord } from './tenant-record.ts';

export interface KeyAuthenticatorSettings {
  readonly directory: TenantDirectory;
  readonly clock: Clock;
  /** Milliseconds of the epoch. */
  readonly nowMs: () => number;
  /** A revoked key is refused after so long at the latest. */
  readonly cacheMs: number;
  readonly entriesMax?: number;
}

/** No secret has this digest: what keys that are not there are compared with. */
const noDigest = '0'.repeat(64);

/** Knows callers by API keys of the tenants' records. */
export class KeyAuthenticator implements Authenticator {
  readonly #known: ExpiringCache<{ readonly tenant: TenantRecord; readonly key: KeyRecord }>;
  readonly #nowMs: () => number;

  constructor({ directory, clock, nowMs, cacheMs, entriesMax = 10_000 }: KeyAuthenticatorSettings) {
    const load = (id: string) => directory.findKey(id);
    this.#known = new ExpiringCache({ load, clock, maxAgeMs: cacheMs, entriesMax, loadsMax: 256 });
    this.#nowMs = nowMs;
  }

  /** Throws `unauthenticated`; what the blob store throws where a key cannot be looked up. */
  async authenticate(authorization: string | undefined): Promise<Caller> {
    const shown = parseKey(bearerOf(authorization) ?? '');
    if (shown === undefined) throw unauthenticated();
    const found = await this.#known.get(shown.id);
    const isRight = isSecret(shown.secret, found?.key.digest ?? noDigest);
    if (found === undefined || !isRight || !isUsable(found.key, this.#nowMs())) throw unauthenticated();
    const { key, tenant } = found;
    return { tenant: tenant.name, keyId: key.id, scopes: new Set(key.scopes), quota: tenant.quota };
  }
}
