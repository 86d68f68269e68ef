import { createHash } from 'node:crypto';
import { ServiceError } from '@instgenie/domain';

/** Whether a text may name a tenant. */
export function isTenantName(text: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._:@|-]{0,99}$/.test(text);
}

/** Throws `invalid` for what may not name a tenant. */
export function checkTenantName(text: string): void {
  if (isTenantName(text)) return;
  const expected = 'expected 1 to 100 of A-Z a-z 0-9 . _ : @ | - with a letter or digit first';
  throw new ServiceError('invalid', `tenant: ${expected}`, { field: 'tenant' });
}

/** The first 32 hexadecimal digits of a SHA-256: names of blobs are made of these, never of what somebody said. */
export function shortDigest(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex').slice(0, 32);
}

/** Throws `invalid` unless it is a day as `2026-11-25`. */
export function checkDay(day: string, field: string): void {
  const isDay = /^\d{4}-\d\d-\d\d$/.test(day) && !Number.isNaN(Date.parse(day)) && dayOf(Date.parse(day)) === day;
  if (!isDay) throw new ServiceError('invalid', `${field}: expected a day such as 2026-11-25`, { field });
}

/** The day of a time in UTC. */
export function dayOf(epochMs: number): string {
  return new Date(epochMs).toISOString().slice(0, 10);
}

/** From a day to another, both included; at most `daysMax` of them. Throws `invalid` for other ranges. */
export function daysBetween(from: string, to: string): readonly string[] {
  checkDay(from, 'from');
  checkDay(to, 'to');
  const count = (Date.parse(to) - Date.parse(from)) / dayMs + 1;
  if (count < 1) throw new ServiceError('invalid', 'to: it is before the first day', { field: 'to' });
  if (count > daysMax)
    throw new ServiceError('invalid', `to: at most ${daysMax} days are read at once`, { field: 'to' });
  return Array.from({ length: count }, (_, at) => dayOf(Date.parse(from) + at * dayMs));
}

const dayMs = 86_400_000;
const daysMax = 3660;
