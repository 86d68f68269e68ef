import type { TemplateRecord } from './template-record.ts';

/** Time to live of templates that say none, ms. */
export interface ExpirySettings {
  readonly ttlMs: number;
  /** Of those that came with an edit. */
  readonly inlineTtlMs: number;
}

/** A later use is written down after so long at the latest. */
const touchMsMax = 3_600_000;

/** When a template is deleted if nobody edits it, ms of the epoch. Pure, like all here. */
export function expiresAtMs(record: TemplateRecord, settings: ExpirySettings): number {
  return lastUseMs(record) + ttlOf(record, settings);
}

export function isExpired(record: TemplateRecord, settings: ExpirySettings, nowMs: number): boolean {
  return expiresAtMs(record, settings) <= nowMs;
}

/** Whether a use is to be written down now: seldom, and in any case long before the template would end. */
export function needsTouch(record: TemplateRecord, settings: ExpirySettings, nowMs: number): boolean {
  const afterMs = Math.min(touchMsMax, ttlOf(record, settings) / 4);
  return nowMs - lastUseMs(record) >= afterMs;
}

function ttlOf({ ttlMs, isInline }: TemplateRecord, settings: ExpirySettings): number {
  return ttlMs ?? (isInline ? settings.inlineTtlMs : settings.ttlMs);
}

function lastUseMs({ lastUsedAt, createdAt }: TemplateRecord): number {
  return Math.max(Date.parse(createdAt), lastUsedAt === undefined ? 0 : Date.parse(lastUsedAt));
}
