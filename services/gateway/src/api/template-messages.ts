import { ServiceError } from '@instgenie/domain';
import type { v1 } from '@instgenie/rpc';
import { activationBytes } from '@instgenie/templates';
import { parseTemplateSettings } from '../templates/parse-template.ts';
import type { PrimeNews, PrimeOrder, TemplateSettings, TemplateView } from '../templates/templates.ts';
import { maskModes } from './edit-messages.ts';
import { millisecondsOf, timeMessage } from './time-messages.ts';

/** A template as a message. */
export function templateMessage({ record, expiresAtMs, isWarm }: TemplateView): v1.Template {
  const { source, steps, guidance, ttlMs } = record;
  return {
    templateId: record.id,
    settings: {
      name: record.name,
      model: record.model ?? '',
      ...(steps === undefined ? {} : { steps }),
      ...(guidance === undefined ? {} : { guidance }),
      prompt: record.prompt,
      noiseSeed: record.noiseSeed,
      keepEvery: record.keepEvery,
      ...(ttlMs === undefined ? {} : { ttl: timeMessage(ttlMs) }),
    },
    width: source.width,
    height: source.height,
    sha256: source.sha256,
    createTime: timeMessage(Date.parse(record.createdAt)),
    expireTime: timeMessage(expiresAtMs),
    isPinned: record.isPinned,
    isWarm,
    activationBytes: activationBytes(record),
    grantedTo: [...record.grantedTo],
  };
}

/** The settings in a message. Throws `invalid`, naming the field. */
export function settingsOf({ keepEvery, ttl, ...settings }: v1.TemplateSettings__Output): TemplateSettings {
  const fields = {
    ...settings,
    keepEvery: Math.max(1, keepEvery),
    ttlMs: ttl === null ? undefined : millisecondsOf(ttl),
  };
  return parseTemplateSettings(fields, { prefix: 'settings.', names: { ttlMs: 'settings.ttl' } });
}

/** What is to be primed. Throws `invalid`, naming the field. */
export function primeOrderOf({ templateId, mask, maskMode }: v1.PrimeTemplateRequest__Output): PrimeOrder {
  if (!Object.hasOwn(maskModes, maskMode)) {
    throw new ServiceError('invalid', `mask_mode: ${maskMode} is unknown`, { field: 'mask_mode' });
  }
  return { id: templateId, mask: mask.length === 0 ? undefined : mask, maskMode: maskModes[maskMode] ?? 'auto' };
}

export function primeMessage({ done, total, bytes }: PrimeNews): v1.PrimeTemplateResponse {
  return { done, total, activationBytes: bytes };
}
