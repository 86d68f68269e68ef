import type { JobOrder } from '../jobs/jobs.ts';
import { parseJob } from '../jobs/parse-job.ts';
import type { Form } from './form.ts';
import type { HttpLimits } from './http-limits.ts';
import { wrong } from './http-refusal.ts';
import { fileNames } from './openai-names.ts';
import { readImageEdit } from './openai-request.ts';
import { readJson } from './read-json.ts';

export interface JobRequestOptions {
  readonly limits: HttpLimits;
  readonly requestId: string;
  /** For the edits in it. */
  readonly newRequestId: () => string;
}

/** A job of the one edit that the form is, or of all in its `edits`. Throws `invalid`, naming the field. */
export function readJob(form: Form, { limits, requestId, newRequestId }: JobRequestOptions): JobOrder {
  const many = form.find(['edits'])?.value;
  if (many !== undefined && !Array.isArray(many)) throw wrong('edits', 'expected a list of edits');
  const orderOf = (edit: Form, prefix: string) =>
    readImageEdit(edit, { limits, requestId: newRequestId(), dialect: 'ours', priority: 'batch', prefix }).order;
  const ttlS = form.number('ttl_seconds');
  return parseJob<unknown>({
    requestId,
    webhookUrl: form.text('webhook_url'),
    ttlMs: ttlS === undefined ? undefined : ttlS * 1000,
    edits: many ?? [form],
    parseEdit: (edit, at) => (many === undefined ? orderOf(form, '') : orderOf(formOf(edit, at, limits), `${at}.`)),
  });
}

function formOf(edit: unknown, at: string, limits: HttpLimits): Form {
  if (typeof edit !== 'object' || edit === null) throw wrong(at, 'expected a JSON object');
  return readJson(edit, fileNames(limits));
}
