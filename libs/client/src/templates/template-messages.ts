import { constants, createReadStream } from 'node:fs';
import { access } from 'node:fs/promises';
import { ServiceError } from '@instgenie/domain';
import type { v1 } from '@instgenie/rpc';
import { defined, durationOf, millisecondsOf, optionalMilliseconds, wholeNumber } from '../wire.ts';
import type { Template, TemplateSettings } from './template.ts';

const pieceBytes = 256 * 1024;

/** Throws `invalid` for numbers that the message cannot hold. */
export function toSettings(settings: TemplateSettings): v1.TemplateSettings {
  const { name, model, guidance, prompt, ttlMs } = settings;
  return defined({
    name,
    model,
    steps: wholeNumber('settings.steps', settings.steps),
    guidance,
    prompt,
    noiseSeed: wholeNumber('settings.noise_seed', settings.noiseSeed),
    keepEvery: wholeNumber('settings.keep_every', settings.keepEvery),
    ttl: ttlMs === undefined ? undefined : durationOf(ttlMs),
  });
}

/** Throws `invalid` where a path leads to no file that can be read. */
export async function checkFile(file: string | Uint8Array): Promise<void> {
  if (typeof file !== 'string') return;
  try {
    await access(file, constants.R_OK);
  } catch (cause) {
    throw new ServiceError('invalid', 'file: cannot be read', { field: 'file', cause });
  }
}

/** An upload: the settings, then the file, of which a path is read anew each time. */
export async function* toParts(
  settings: v1.TemplateSettings,
  file: string | Uint8Array,
): AsyncGenerator<v1.CreateTemplateRequest, void> {
  yield { part: 'settings', settings };
  for await (const data of typeof file === 'string'
    ? createReadStream(file, { highWaterMark: pieceBytes })
    : piecesOf(file))
    yield { part: 'data', data: data as Uint8Array };
}

async function* piecesOf(bytes: Uint8Array): AsyncGenerator<Uint8Array, void> {
  for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
}

/** Throws `internal` where a server sends none. */
export function fromTemplate(template: v1.Template__Output | null): Template {
  if (template === null) throw new ServiceError('internal', 'the server has answered without a template');
  const { width, height, sha256, isPinned, isWarm, activationBytes, grantedTo } = template;
  return {
    id: template.templateId,
    settings: fromSettings(template.settings),
    width,
    height,
    sha256,
    createdAtMs: millisecondsOf(template.createTime),
    expiresAtMs: optionalMilliseconds(template.expireTime),
    isPinned,
    isWarm,
    activationBytes,
    grantedTo,
  };
}

function fromSettings(settings: v1.TemplateSettings__Output | null): TemplateSettings {
  if (settings === null) return {};
  const { name, model, steps, guidance, prompt, noiseSeed, keepEvery, ttl } = settings;
  return { name, model, steps, guidance, prompt, noiseSeed, keepEvery, ttlMs: optionalMilliseconds(ttl) };
}
