import type { Caller } from '@instgenie/tenants';
import type { EditOrder } from '../edits/edit-order.ts';
import { digestOf, editRequestId } from './job-id.ts';
import type { EditsRecord, StoredEdit } from './job-record.ts';
import type { JobOrder } from './jobs.ts';

/** An edit as it is kept, without its files; those are added to `files`. */
export function storeEdit(order: EditOrder, files: Map<string, Uint8Array>): StoredEdit {
  const { requestId: _requestId, previews: _previews, source, mask, size, ...rest } = order;
  return {
    ...rest,
    source: source.kind === 'inline' ? { kind: 'inline', sha256: keep(source.bytes, files) } : source,
    mask: mask === undefined ? undefined : keep(mask, files),
    size: size === undefined ? undefined : { width: size.width, height: size.height },
  };
}

/** The edit again, as it was asked. */
export async function restoreEdit(
  stored: StoredEdit,
  { id, item, read }: { id: string; item: number; read: (sha256: string) => Promise<Uint8Array> },
): Promise<EditOrder> {
  const { source, mask, model, seed, steps, guidance, size, ...rest } = stored;
  return {
    ...rest,
    requestId: editRequestId(id, item),
    source: source.kind === 'inline' ? { kind: 'inline', bytes: await read(source.sha256) } : source,
    mask: mask === undefined ? undefined : await read(mask),
    model,
    seed,
    steps,
    guidance,
    size,
    previews: 0,
  };
}

/** The same for two requests if they ask for the same. */
export function requestDigest(edits: readonly StoredEdit[], { webhookUrl, ttlMs }: JobOrder): string {
  return digestOf(JSON.stringify([edits.map(inOrder), webhookUrl ?? null, ttlMs]));
}

export function storeCaller({ keyId, scopes, quota }: Caller): EditsRecord['caller'] {
  return { keyId, scopes: [...scopes], quota: { ...quota } };
}

export function restoreCaller(tenant: string, { keyId, scopes, quota }: EditsRecord['caller']): Caller {
  return { tenant, keyId, scopes: new Set(scopes), quota };
}

function keep(bytes: Uint8Array, files: Map<string, Uint8Array>): string {
  const sha256 = digestOf(bytes);
  files.set(sha256, bytes);
  return sha256;
}

/** Fields by name, so that the order they were set in does not matter. */
function inOrder(edit: StoredEdit): readonly unknown[] {
  return Object.entries(edit)
    .filter(([, value]) => value !== undefined)
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
}
