import { ServiceError } from '@instgenie/domain';
import type { v1 } from '@instgenie/rpc';
import type { TemplateSettings } from '../templates/templates.ts';
import { settingsOf } from './template-messages.ts';

export interface TemplateUpload {
  readonly settings: TemplateSettings;
  readonly file: Uint8Array;
}

/** Reads a new template: its settings, then its file. Refuses what is too large or out of order as soon as it comes. */
export async function readUpload(
  parts: AsyncIterable<v1.CreateTemplateRequest__Output>,
  bytesMax: number,
): Promise<TemplateUpload> {
  let settings: TemplateSettings | undefined;
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const { settings: said, data } of parts) {
    if (said) {
      if (settings !== undefined) throw invalid('settings', 'they were sent already');
      settings = settingsOf(said);
      continue;
    }
    if (settings === undefined) throw invalid('settings', 'send them before the data');
    if (data === undefined || data.length === 0) continue;
    bytes += data.length;
    if (bytes > bytesMax) throw invalid('data', `larger than ${bytesMax} bytes`);
    pieces.push(data);
  }
  if (settings === undefined) throw invalid('settings', 'send them before the data');
  if (bytes === 0) throw invalid('data', 'send a png, jpeg or webp file');
  return { settings, file: Buffer.concat(pieces) };
}

function invalid(field: string, wrong: string): ServiceError {
  return new ServiceError('invalid', `${field}: ${wrong}`, { field });
}
