import type { EditSpec, InstgenieClient } from '@instgenie/client';
import {
  connect,
  type EditServiceDefinition,
  editServiceDefinition,
  type JobServiceDefinition,
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

/** Calls of one gateway that nobody repeats. */
export class PlainCalls implements AsyncDisposable {
  readonly #edits: RpcClient<EditServiceDefinition>;
  readonly #jobs: RpcClient<JobServiceDefinition>;
  readonly #authorization: { readonly authorization?: string };
  #jobsSent = 0;

  constructor(gateway: ServiceProcess, key: string | undefined) {
    this.#edits = connect(gateway.address, editServiceDefinition());
    this.#jobs = this.#edits.as(jobServiceDefinition());
    this.#authorization = key === undefined ? {} : { authorization: `Bearer ${key}` };
  }

  async edit({ spec, expected }: MixedEdit, deadlineMs: number): Promise<'good' | 'wrong'> {
    const options = { deadlineMs, signal, ...this.#authorization };
    const { pictures } = await this.#edits.unary('Edit', { edit: editMessage(spec) }, options);
    return isSame(pictures[0]?.image, expected);
  }

  /** A job of one edit. */
  async submit(spec: EditSpec): Promise<'taken'> {
    const request = { requestId: `plain-${this.#jobsSent++}`, edits: [editMessage(spec)] };
    await this.#jobs.unary('SubmitJob', request, { deadlineMs: 10_000, signal, ...this.#authorization });
    return 'taken';
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#edits[Symbol.asyncDispose]();
  }
}

function editMessage({ templateId = '', mask = new Uint8Array(), prompt = '', seed = 0, steps = 1 }: EditSpec) {
  return { templateId, mask: Buffer.from(mask), maskMode: 'MASK_MODE_WHITE' as const, prompt, seed, steps };
}

function isSame(image: Uint8Array | undefined, expected: Uint8Array): 'good' | 'wrong' {
  return image !== undefined && Buffer.compare(image, expected) === 0 ? 'good' : 'wrong';
}
