import { createHmac } from 'node:crypto';
import { ServiceError } from '@instgenie/domain';

const secretBytesMin = 32;

/**
 * What keeps the variants of tenants apart: HMAC-SHA-256 of the tenant, as hexadecimal digits. Without the server's
 * secret (32 bytes or more, else `invalid`) nobody can tell whether a tenant has a picture.
 */
export function tenantSalt(secret: Uint8Array, tenant: string): string {
  if (secret.length < secretBytesMin || !tenant.isWellFormed()) {
    throw new ServiceError(
      'invalid',
      `tenant salt: needs a secret of at least ${secretBytesMin} bytes and a tenant in Unicode`,
    );
  }
  return createHmac('sha256', secret).update(tenant, 'utf8').digest('hex');
}
