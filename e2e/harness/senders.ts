import type { EditSpec, InstgenieClient } from '@instgenie/client';
import {
  connect,
  type EditServiceDefinition,
  editServiceDefinition,
  jobServiceDefinition,
  type RpcClient,
} from '@instgenie/rpc';
import type { EditMix, MixedEdit } from './edit-mix.ts';
import type { ServiceProcess } from './service-process.ts';

const { signal } = new AbortController();

export interface SendSettings {
  readonly mix: EditMix;
  readonly random: () => number;
  readonly deadlineMs: number;
}

/** Edits of a mix through the client, which sends again what may be sent again; their bytes are checked. */
export function clientSender(client: InstgenieClient, { mix, random, deadlineMs }: SendSettings) {
  return async (): Promise<'good' | 'wrong'> => {
    const { spec, expected } = mix.next(random);
    const { pictures } = await client.edit(spec, { deadlineMs });
    return isSame(pictures[0]?.image, expected);
  };
}

/** The same in single calls, of which every answer counts. */
export function plainSender(calls: PlainCalls, { mix, random, deadlineMs }: SendSettings) {
  return async (): Promise<'good' | 'wrong'> => await calls.edit(mix.next(random), deadlineMs);
}

/** As many as callers have: one takes 128 calls at a time. */
const connectionsCount = 8;

/** Calls of one gateway that nobody repeats, over several connections. */
export class PlainCalls implements AsyncDisposable {
  readonly #connections: readonly RpcClient<EditServiceDefinition>[];
  readonly #authorization: { readonly authorization?: string };
  #sent = 0;

  constructor(gateway: ServiceProcess, key: string | undefined) {
    const definition = editServiceDefinition();
    this.#connections = Array.from({ length: connectionsCount }, () => connect(gateway.address, definition));
    this.#authorization = key === undefined ? {} : { authorization: `Bearer ${key}` };
  }

  async edit({ spec, expected }: MixedEdit, deadlineMs: number): Promise<'good' | 'wrong'> {
    const options = { deadlineMs, signal, ...this.#authorization };
    const { pictures } = await this.#next().unary('Edit', { edit: editMessage(spec) }, options);
    return isSame(pictures[0]?.image, expected);
  }

  /** A job of one edit. */
  async submit(spec: EditSpec): Promise<'taken'> {
    const jobs = this.#next().as(jobServiceDefinition());
    const request = { requestId: `plain-${this.#sent}`, edits: [editMessage(spec)] };
    await jobs.unary('SubmitJob', request, { deadlineMs: 10_000, signal, ...this.#authorization });
    return 'taken';
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const connection of this.#connections) await connection[Symbol.asyncDispose]();
  }

  #next(): RpcClient<EditServiceDefinition> {
    const connection = this.#connections[this.#sent++ % connectionsCount];
    if (connection === undefined) throw new RangeError('there is no connection');
    return connection;
  }
}

function editMessage({ templateId = '', mask = new Uint8Array(), prompt = '', seed = 0, steps = 1 }: EditSpec) {
  return { templateId, mask: Buffer.from(mask), maskMode: 'MASK_MODE_WHITE' as const, prompt, seed, steps };
}

function isSame(image: Uint8Array | undefined, expected: Uint8Array): 'good' | 'wrong' {
  return image !== undefined && Buffer.compare(image, expected) === 0 ? 'good' : 'wrong';
}
