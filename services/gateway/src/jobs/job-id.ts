import { createHash, randomBytes } from 'node:crypto';

/** Where a job is kept: its tenant's digest, and its id. */
export interface JobRef {
  readonly owner: string;
  readonly id: string;
}

const timeDigits = 12;
const timeMax = 16 ** timeDigits - 1;

/** 32 hexadecimal digits; later jobs sort before earlier ones. */
export function newJobId(nowMs: number): string {
  return hexTime(timeMax - nowMs) + randomBytes(10).toString('hex');
}

/** Whether a text is an id; one of another tenant is treated like one that does not exist. */
export function isJobId(text: string): boolean {
  return /^[0-9a-f]{32}$/.test(text);
}

/** When a job of this id was taken, ms of the epoch. */
export function jobTimeOf(id: string): number {
  return timeMax - Number.parseInt(id.slice(0, timeDigits), 16);
}

/** Times as digits that sort as the times do. */
export function hexTime(ms: number): string {
  return Math.trunc(ms).toString(16).padStart(timeDigits, '0');
}

/** A tenant's name never becomes part of a path or a key: its digest does. */
export function ownerOf(tenant: string): string {
  return digestOf(tenant).slice(0, 32);
}

/** SHA-256, as hexadecimal digits. */
export function digestOf(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

/** The request id of an edit of a job: the same however often it is tried, and so are its seeds. */
export function editRequestId(id: string, item: number): string {
  return `job-${id}-${item}`;
}
