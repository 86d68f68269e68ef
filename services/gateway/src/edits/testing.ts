import { ServiceError, systemClock } from '@instgenie/domain';
import {
  connect,
  type EditRequest__Output,
  type EditResponse,
  implement,
  type RpcClient,
  type RpcServer,
  serve,
  serverStreaming,
  unary,
  type WorkerServiceDefinition,
  workerServiceDefinition,
} from '@instgenie/rpc';
import type { TemplateRecord } from '@instgenie/templates';
import type { Caller } from '@instgenie/tenants';
import type { EditEnding, Fleet, FleetModel, Picked, PickOrder } from '../fleet/fleet.ts';
import { type ModelNames, plainNames } from '../models/model-names.ts';
import { EditDesk, type EditEnd } from './edit-desk.ts';
import type { EditOrder } from './edit-order.ts';
import { noSpans } from './edit-spans.ts';
import { type EditGuards, noGuards } from './guards.ts';
import { RetryBudget } from './retry-budget.ts';

/** What a fake worker does with an edit. */
export type Script = (request: EditRequest__Output, signal: AbortSignal) => AsyncIterable<EditResponse>;

/** For tests: a worker over real gRPC that does as it is told. */
export class FakeWorker implements AsyncDisposable {
  readonly requests: EditRequest__Output[];
  /** The first edit that was cancelled by its name. */
  readonly cancelled: Promise<string>;
  readonly client: RpcClient<WorkerServiceDefinition>;
  readonly #server: RpcServer;

  private constructor(server: RpcServer, { requests, cancelled }: Pick<FakeWorker, 'requests' | 'cancelled'>) {
    this.#server = server;
    this.requests = requests;
    this.cancelled = cancelled;
    this.client = connect(`127.0.0.1:${server.port}`, workerServiceDefinition());
  }

  static async start(script: Script): Promise<FakeWorker> {
    const requests: EditRequest__Output[] = [];
    const cancelled = Promise.withResolvers<string>();
    const service = implement(workerServiceDefinition(), {
      Edit: serverStreaming(async function* (request, { signal }) {
        requests.push(request);
        yield* script(request, signal);
      }),
      Prime: serverStreaming(async function* () {}),
      Cancel: unary(async ({ editId }) => {
        cancelled.resolve(editId);
        return {};
      }),
      Drain: unary(async () => ({})),
      Cordon: unary(async () => ({})),
      WatchLoad: serverStreaming(async function* () {}),
    });
    const never = new AbortController().signal;
    const server = await serve('127.0.0.1:0', { services: [service], limits: { drainMs: 0 } }, never);
    return new FakeWorker(server, { requests, cancelled: cancelled.promise });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client[Symbol.asyncDispose]();
    await this.#server[Symbol.asyncDispose]();
  }
}

export function result(text: string, fields: Partial<NonNullable<EditResponse['result']>> = {}): EditResponse {
  return {
    event: 'result',
    result: {
      picture: Buffer.from(text),
      width: 64,
      height: 48,
      cache: 'CACHE_OUTCOME_WARM',
      variant: 'ab'.repeat(32),
      variantBytes: 4096,
      timings: { denoiseMs: 5 },
      ...fields,
    },
  };
}

export function stepped(done: number): EditResponse {
  return { event: 'stepped', stepped: { done, total: 4 } };
}

export function checkpoint(stepsDone: number): EditResponse {
  return { event: 'checkpoint', checkpoint: { stepsDone, latents: Buffer.from([stepsDone]), fingerprint: 'f' } };
}

const model: FleetModel = { name: 'tiny', side: 64, defaultSteps: 4, defaultGuidance: 0, workers: 1 };

/** For tests: workers in a fixed order; the first one that is not excluded is picked. */
export class FakeFleet implements Fleet {
  readonly endings: EditEnding[] = [];
  readonly picks: PickOrder[] = [];
  readonly models: readonly FleetModel[];
  readonly workers = [];
  readonly isServing = true;
  readonly #clients: Readonly<Record<string, RpcClient<WorkerServiceDefinition>>>;

  constructor(workers: Readonly<Record<string, Pick<FakeWorker, 'client'>>>, versions: readonly FleetModel[] = []) {
    this.models = [model, ...versions];
    this.#clients = Object.fromEntries(Object.entries(workers).map(([name, { client }]) => [name, client]));
  }

  async pick(order: PickOrder): Promise<Picked> {
    this.picks.push(order);
    const worker = Object.keys(this.#clients).find((name) => !order.excluded.includes(name));
    if (worker === undefined) throw new ServiceError('unavailable', 'nobody', { field: 'model' });
    return { worker, address: worker, predictedMs: 10, scores: [] };
  }

  report(ending: EditEnding): void {
    this.endings.push(ending);
  }

  worker(address: string): RpcClient<WorkerServiceDefinition> {
    const client = this.#clients[address];
    if (client === undefined) throw new RangeError(`no worker ${address}`);
    return client;
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

export const caller: Caller = { tenant: 'acme', keyId: undefined, scopes: new Set(['edit']), quota: {} };

export function order(fields: Partial<EditOrder> = {}): EditOrder {
  return {
    requestId: 'r1',
    source: { kind: 'template', id: '0a'.repeat(12) },
    model: undefined,
    mask: new Uint8Array(10),
    maskMode: 'auto',
    grow: 0,
    feather: 0,
    prompt: 'a red fox',
    seed: 7,
    steps: undefined,
    guidance: undefined,
    strength: 1,
    count: 1,
    priority: 'interactive',
    deadlineMs: 30_000,
    format: 'png',
    size: undefined,
    isDense: false,
    mustBeWarm: false,
    previews: 0,
    explain: false,
    ...fields,
  };
}

const record = {
  id: '0a'.repeat(12),
  tenant: 'acme',
  name: 'poster',
  model: 'tiny',
  source: { sha256: 'cd'.repeat(32), bytes: 10, width: 64, height: 48 },
  prompt: '',
  noiseSeed: 0,
  keepEvery: 1,
  variants: [],
} as unknown as TemplateRecord;

/** For tests: a desk on these workers, with what it told of edits that ended. */
export function openDesk(
  workers: Readonly<Record<string, Pick<FakeWorker, 'client'>>>,
  {
    guards = noGuards,
    silentMs = 20_000,
    orphanMs = 20_000,
    atOnceMax = 100,
    names = plainNames,
    versions = [],
  }: {
    readonly guards?: EditGuards;
    readonly silentMs?: number;
    readonly orphanMs?: number;
    readonly atOnceMax?: number;
    readonly names?: ModelNames;
    readonly versions?: readonly FleetModel[];
  } = {},
) {
  const fleet = new FakeFleet(workers, versions);
  const ends: EditEnd[] = [];
  const used: unknown[] = [];
  const desk = new EditDesk(
    {
      fleet,
      names,
      templates: {
        resolve: async () => record,
        picture: async () => new Uint8Array(10),
        used: (_, variant) => void used.push(variant),
      },
      pictures: {
        inspectMask: async () => ({
          width: 64,
          height: 48,
          from: 'mask',
          maskRatio: 0.25,
          window: { box: { left: 0, top: 0, width: 64, height: 48 }, level: 0 },
          maskedTokens: 3,
          tokens: 12,
          warnings: [],
          wholeMask: undefined,
        }),
      },
      guards,
      clock: systemClock,
      budget: new RetryBudget(systemClock),
      silentMs,
      settings: { checkpointEvery: 1, orphanMs: 0, mark: true },
    },
    { atOnceMax, answersMs: 60_000, answerBytesMax: 1_000_000, orphanMs },
    { begin: () => ({ spans: noSpans, end: (end) => ends.push(end) }) },
  );
  return { desk, fleet, ends, used };
}
