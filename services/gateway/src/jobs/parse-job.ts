import { ServiceError } from '@instgenie/domain';
import type { EditOrder } from '../edits/edit-order.ts';
import { editsMax } from './job-record.ts';
import type { JobOrder } from './jobs.ts';

const dayMs = 86_400_000;
const ttlMsMin = 1000;
const ttlMsMax = 30 * dayMs;

/** What an edge knows of a job; empty text and undefined mean that the caller said nothing. */
export interface JobFields<Edit> {
  readonly requestId: string;
  readonly webhookUrl: string | undefined;
  readonly ttlMs: number | undefined;
  readonly edits: readonly Edit[];
  /** `at` names the edit in errors, such as `edits[3]`. */
  readonly parseEdit: (edit: Edit, at: string) => EditOrder;
}

/** The job in what an edge was asked. gRPC and HTTP call it. Throws `invalid`, naming the field. */
export function parseJob<Edit>({ requestId, webhookUrl, ttlMs = dayMs, edits, parseEdit }: JobFields<Edit>): JobOrder {
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(requestId)) {
    throw invalid('request_id', "expected 1 to 64 letters, digits, '-' or '_'; a job needs one");
  }
  if (edits.length < 1 || edits.length > editsMax) throw invalid('edits', `expected 1 to ${editsMax}`);
  if (!(ttlMs >= ttlMsMin && ttlMs <= ttlMsMax)) throw invalid('ttl', 'expected a second to thirty days');
  return {
    requestId,
    edits: edits.map((edit, index) => parseEdit(edit, `edits[${index}]`)),
    webhookUrl: webhookUrl === '' ? undefined : webhookUrl,
    ttlMs: Math.round(ttlMs),
  };
}

function invalid(field: string, text: string): ServiceError {
  return new ServiceError('invalid', `${field}: ${text}`, { field });
}
