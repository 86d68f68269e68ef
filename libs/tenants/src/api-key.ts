import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { KeyRecord } from './tenant-record.ts';

/** A key as its holder shows it, in parts. */
export interface ShownKey {
  readonly id: string;
  readonly secret: string;
}

/** A new key. Its text is shown once and kept nowhere. */
export function makeKey(): ShownKey {
  return { id: randomBytes(12).toString('hex'), secret: randomBytes(32).toString('base64url') };
}

/** `ik_<id>_<secret>` */
export function keyText({ id, secret }: ShownKey): string {
  return `ik_${id}_${secret}`;
}

/** Undefined for what is not a key's text. */
export function parseKey(text: string): ShownKey | undefined {
  const [, id, secret] = /^ik_([0-9a-f]{24})_([A-Za-z0-9_-]{43})$/.exec(text) ?? [];
  return id === undefined || secret === undefined ? undefined : { id, secret };
}

/** What is kept of a secret. It has 256 random bits, so a fast digest is as good as a slow one. */
export function secretDigest(secret: string): string {
  return createHash('sha256').update(secret, 'utf8').digest('hex');
}

/** Compares in a time that says nothing of where they differ. */
export function isSecret(secret: string, digest: string): boolean {
  const kept = Buffer.from(digest, 'hex');
  const shown = createHash('sha256').update(secret, 'utf8').digest();
  return kept.length === shown.length && timingSafeEqual(kept, shown);
}

/** Neither revoked nor expired. */
export function isUsable({ revokedAt, expiresAt }: KeyRecord, epochMs: number): boolean {
  return revokedAt === undefined && (expiresAt === undefined || epochMs < Date.parse(expiresAt));
}
