import { activationBytes } from '@instgenie/templates';
import type { Caller } from '@instgenie/tenants';
import type { TemplateView } from '../templates/templates.ts';

/** A template in JSON; whom it is granted to is shown to its owner only. */
export function templateJson({ record, isWarm, expiresAtMs }: TemplateView, { tenant }: Caller) {
  const { source } = record;
  return {
    id: record.id,
    object: 'template',
    name: record.name,
    model: record.model ?? null,
    width: source.width,
    height: source.height,
    bytes: source.bytes,
    sha256: source.sha256,
    steps: record.steps ?? null,
    guidance: record.guidance ?? null,
    prompt: record.prompt,
    noise_seed: record.noiseSeed,
    keep_every: record.keepEvery,
    created_at: secondsOf(record.createdAt),
    expires_at: Math.floor(expiresAtMs / 1000),
    last_used_at: record.lastUsedAt === undefined ? null : secondsOf(record.lastUsedAt),
    ttl_seconds: record.ttlMs === undefined ? null : Math.floor(record.ttlMs / 1000),
    is_pinned: record.isPinned,
    is_warm: isWarm,
    activation_bytes: activationBytes(record),
    ...(record.tenant === tenant ? { granted_to: record.grantedTo } : {}),
  };
}

function secondsOf(time: string): number {
  return Math.floor(Date.parse(time) / 1000);
}
