import type { JobOrder } from '../jobs/jobs.ts';
import { asNumber, type Form } from './form.ts';
import type { HttpLimits } from './http-limits.ts';
import { wrong } from './http-refusal.ts';
import { fileNames } from './openai-names.ts';
import { readImageEdit } from './openai-request.ts';
import { readJson } from './read-json.ts';

const editsMax = 100;
const dayS = 86_400;
const urlCharsMax = 2048;

export interface JobRequestOptions {
  readonly limits: HttpLimits;
  readonly requestId: string;
  /** For the edits in it. */
  readonly newRequestId: () => string;
}

/** A job of the one edit that the form is, or of all in its `edits`. Throws `invalid`, naming the field. */
export function readJob(form: Form, options: JobRequestOptions): JobOrder {
  const { limits, requestId, newRequestId } = options;
  const many = form.find(['edits'])?.value;
  const orderOf = (edit: Form, prefix: string) =>
    readImageEdit(edit, { limits, requestId: newRequestId(), dialect: 'ours', priority: 'batch', prefix }).order;
  return {
    requestId,
    edits:
      many === undefined
        ? [orderOf(form, '')]
        : editsOf(many).map((edit, index) => orderOf(formOf(edit, index, limits), `edits[${index}].`)),
    webhookUrl: webhookOf(form),
    ttlMs: ttlOf(form) * 1000,
  };
}

function editsOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value) && value.length >= 1 && value.length <= editsMax) return value;
  throw wrong('edits', `expected 1 to ${editsMax} edits`);
}

function formOf(edit: unknown, index: number, limits: HttpLimits): Form {
  if (typeof edit !== 'object' || edit === null) throw wrong(`edits[${index}]`, 'expected a JSON object');
  return readJson(edit, fileNames(limits));
}

function webhookOf(form: Form): string | undefined {
  const url = form.text('webhook_url');
  if (url === undefined) return undefined;
  const isGood = url.length <= urlCharsMax && URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);
  if (!isGood) throw wrong('webhook_url', 'expected https://...');
  return url;
}

function ttlOf(form: Form): number {
  const value = asNumber(form.find(['ttl_seconds'])?.value ?? dayS);
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 30 * dayS) return value;
  throw wrong('ttl_seconds', `expected a whole number from 1 to ${30 * dayS}`);
}
