import { createHash } from 'node:crypto';
import type { EditRequest } from '@instgenie/rpc';
import type { TemplateRecord } from '@instgenie/templates';
import type { EditOrder } from './edit-order.ts';

const priorities = {
  interactive: 'PRIORITY_INTERACTIVE',
  normal: 'PRIORITY_NORMAL',
  batch: 'PRIORITY_BATCH',
} as const;

const maskModes = {
  auto: 'MASK_MODE_AUTO',
  white: 'MASK_MODE_WHITE',
  black: 'MASK_MODE_BLACK',
  alpha: 'MASK_MODE_ALPHA',
} as const;

const formats = { png: 'PICTURE_FORMAT_PNG', jpeg: 'PICTURE_FORMAT_JPEG', webp: 'PICTURE_FORMAT_WEBP' } as const;

/** What decides the request for one result of an order. */
export interface WorkerOrder {
  readonly order: EditOrder;
  readonly record: TemplateRecord;
  readonly tenant: string;
  /** What it runs on. */
  readonly model: string;
  /** Which of the results. */
  readonly index: number;
  readonly seed: number;
  readonly steps: number;
  readonly checkpointEvery: number;
  readonly orphanMs: number;
  readonly mark: boolean;
}

/** The request for one result, as a worker takes it: the same for the same order, whoever sends it. Pure. */
export function workerRequest({ order, record, tenant, model, index, seed, ...rest }: WorkerOrder): EditRequest {
  const { guidance = record.guidance, size, mask } = order;
  return {
    editId: workerEditId({ tenant, requestId: order.requestId, index }),
    tenant,
    priority: priorities[order.priority],
    template: {
      model,
      picture: 'stored',
      stored: record.source.sha256,
      steps: rest.steps,
      ...(guidance === undefined ? {} : { guidance }),
      prompt: record.prompt,
      noiseSeed: record.noiseSeed,
      keepEvery: record.keepEvery,
      owner: record.tenant,
    },
    ...(mask === undefined ? {} : { mask: Buffer.from(mask) }),
    maskMode: maskModes[order.maskMode],
    grow: order.grow,
    feather: order.feather,
    prompt: order.prompt,
    seed,
    strength: order.strength,
    dense: order.isDense,
    requireWarm: order.mustBeWarm,
    previews: order.previews,
    checkpointEvery: rest.checkpointEvery,
    format: formats[order.format],
    mark: rest.mark,
    ...(size === undefined ? {} : { size }),
    orphanMs: rest.orphanMs,
  };
}

/** Names a result on workers, so that whoever sends it again finds it where it runs. */
export function workerEditId(of: {
  readonly tenant: string;
  readonly requestId: string;
  readonly index: number;
}): string {
  return digest(['edit', of.tenant, of.requestId, of.index]).slice(0, 32);
}

/** The seed of an order without one: the same for the same request, so that a call that is made again gives the same bytes. */
export function seedOf(order: EditOrder, tenant: string): number {
  return order.seed ?? Number.parseInt(digest(['seed', tenant, order.requestId]).slice(0, 8), 16);
}

/** What an order asks for: two of one request id must be the same. */
export function orderDigest(order: EditOrder): string {
  const { source, mask, previews: _, explain: __, deadlineMs: ___, ...rest } = order;
  const picture = source.kind === 'template' ? source.id : source.bytes;
  return digest([picture, mask ?? '', JSON.stringify(rest)]);
}

function digest(parts: readonly (string | number | Uint8Array)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) {
    const bytes = typeof part === 'object' ? part : Buffer.from(String(part));
    hash.update(`${bytes.length}:`).update(bytes);
  }
  return hash.digest('hex');
}
