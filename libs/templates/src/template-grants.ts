import type { BlobStore } from '@instgenie/blobs';
import { z } from 'zod';
import { tenantDigest } from './record-file.ts';
import type { TemplateId } from './template-record.ts';

const grantBytesMax = 4096;
const grant = z.strictObject({ version: z.literal(1), owner: z.string().max(200) });

/**
 * Whose template a tenant finds by an id: a blob under the prefix of whom it was granted, so that looking for an id reads
 * the same blobs whether it is unknown or another tenant's. It is a hint: the record says who may use it.
 */
export class TemplateGrants {
  readonly #blobs: BlobStore;

  constructor(blobs: BlobStore) {
    this.#blobs = blobs;
  }

  /** Undefined where nobody has granted the tenant a template of this id. */
  async ownerOf(tenant: string, id: TemplateId): Promise<string | undefined> {
    const blob = await this.#blobs.get(grantName(tenant, id), { bytesMax: grantBytesMax });
    if (blob === undefined) return undefined;
    try {
      return grant.parse(JSON.parse(Buffer.from(blob.bytes).toString('utf8'))).owner;
    } catch {
      return undefined;
    }
  }

  async put(tenant: string, id: TemplateId, owner: string): Promise<void> {
    await this.#blobs.put(grantName(tenant, id), Buffer.from(JSON.stringify({ version: 1, owner })));
  }

  async delete(tenant: string, id: TemplateId): Promise<void> {
    await this.#blobs.delete(grantName(tenant, id));
  }
}

function grantName(tenant: string, id: TemplateId): string {
  return `grants/${tenantDigest(tenant)}/${id}.json`;
}
