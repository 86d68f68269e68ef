import { randomUUID } from 'node:crypto';
import type { BlobStore } from '@instgenie/blobs';
import type { Clock, ServiceError } from '@instgenie/domain';
import type { Log } from '@instgenie/telemetry';
import {
  AuditLog,
  type Authenticator,
  anyOf,
  JwksSource,
  JwtAuthenticator,
  KeyAuthenticator,
  OpenAuthenticator,
  TenantDirectory,
  UsageLedger,
} from '@instgenie/tenants';
import type { GatewayConfig } from '../config.ts';
import { Moderation } from './moderation.ts';
import { QuotaMeter } from './quota-meter.ts';
import { TenantGuards } from './tenant-guards.ts';

export interface TenancyParts {
  readonly blobs: BlobStore;
  readonly clock: Clock;
  /** Milliseconds of the epoch. */
  readonly nowMs: () => number;
  readonly log: Pick<Log, 'warn'>;
}

/** What a gateway knows of tenants: who calls, what that may do, and what is written down of it. */
export interface Tenancy extends AsyncDisposable {
  readonly authenticator: Authenticator;
  readonly guards: TenantGuards;
  readonly usage: UsageLedger;
  readonly audit: AuditLog;
}

/** What a crash loses at most. */
const usageIntervalMs = 10_000;
const auditIntervalMs = 1000;

/** Nothing is read or written before the first call. Disposing of it writes what is left. */
export function openTenancy(
  { id, auth, moderation }: Pick<GatewayConfig, 'id' | 'auth' | 'moderation'>,
  parts: TenancyParts,
): Tenancy {
  const { blobs, clock, nowMs, log } = parts;
  const run = { blobs, clock, nowMs, writer: id, boot: randomUUID() };
  const notWritten = (what: string) => (failure: ServiceError) =>
    log.warn({ code: failure.code, what }, 'records are not written yet');
  const usage = new UsageLedger({ ...run, intervalMs: usageIntervalMs, onFailure: notWritten('usage') });
  const audit = new AuditLog({ ...run, intervalMs: auditIntervalMs, onFailure: notWritten('audit') });
  const onUnanswered = () => log.warn({ onFailure: moderation?.onFailure }, 'moderation did not answer');
  return {
    authenticator: openAuthenticator(auth, parts),
    guards: new TenantGuards({
      quotas: new QuotaMeter({ clock }),
      moderation: moderation === undefined ? undefined : new Moderation({ ...moderation, clock, onUnanswered }),
      usage,
      audit,
    }),
    usage,
    audit,
    [Symbol.asyncDispose]: async () => {
      await usage[Symbol.asyncDispose]();
      await audit[Symbol.asyncDispose]();
    },
  };
}

function openAuthenticator(
  { mode, jwt, keyCacheMs: cacheMs }: GatewayConfig['auth'],
  { blobs, clock, nowMs }: TenancyParts,
): Authenticator {
  if (mode === 'none') return new OpenAuthenticator();
  const shared = { directory: new TenantDirectory(blobs, nowMs), clock, nowMs, cacheMs };
  const keys = new KeyAuthenticator(shared);
  if (jwt === undefined) return keys;
  const { key } = new JwksSource({ place: jwt.jwks, clock });
  return anyOf([keys, new JwtAuthenticator({ ...shared, ...jwt, key })]);
}
