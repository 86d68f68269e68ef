import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DirectoryBlobs } from '@instgenie/blobs';
import { ServiceError } from '@instgenie/domain';
import { LocalRedis } from '@instgenie/index';
import { openLog } from '@instgenie/telemetry';
import type { Caller } from '@instgenie/tenants';
import type { EditOrder } from '../edits/edit-order.ts';
import type { CallFacts, EditAnswer, EditFacts, Editing, EditNews } from '../edits/editing.ts';
import { JobDesk } from './job-desk.ts';
import type { JobSettings } from './job-settings.ts';
import type { Job, JobOrder } from './jobs.ts';

export const log = openLog({ service: 'gateway', instance: 'test', level: 'silent' });

export const caller = (tenant = 'shop'): Caller => ({ tenant, keyId: 'k1', scopes: new Set(['job']), quota: {} });

export const editOrder = (fields: Partial<EditOrder> = {}): EditOrder => ({
  requestId: 'whatever',
  source: { kind: 'template', id: 'ab'.repeat(12) },
  model: undefined,
  mask: undefined,
  maskMode: 'auto',
  grow: 0,
  feather: 0,
  prompt: 'a cat',
  seed: undefined,
  steps: undefined,
  guidance: undefined,
  strength: 1,
  count: 1,
  priority: 'batch',
  deadlineMs: 60_000,
  format: 'png',
  size: undefined,
  isDense: false,
  mustBeWarm: false,
  previews: 0,
  explain: false,
  ...fields,
});

export const jobOrder = (fields: Partial<JobOrder> = {}): JobOrder => ({
  requestId: 'r1',
  edits: [editOrder()],
  webhookUrl: undefined,
  ttlMs: 86_400_000,
  ...fields,
});

const steps = 4;
const factsOf = (requestId: string): EditFacts => ({
  requestId,
  templateId: 'ab'.repeat(12),
  model: 'fill',
  maskRatio: 0.25,
  maskedTokens: 16,
  tokens: 64,
  steps,
  warnings: [],
});

/** Edits whose results say what was asked, and which can be held back or made to fail. */
export class FakeEditing implements Editing {
  /** Request ids of the edits that were begun, in order. */
  readonly begun: string[] = [];
  readonly cancelled: string[] = [];
  /** What the next edits fail with, in order. */
  readonly failures: Error[] = [];
  #held: PromiseWithResolvers<void> | undefined;
  #begun = Promise.withResolvers<void>();

  /** Edits stop in their middle, until `release`. */
  hold(): void {
    this.#held = Promise.withResolvers();
  }

  release(): void {
    this.#held?.resolve();
    this.#held = undefined;
  }

  /** Resolves once so many edits were begun. */
  async hasBegun(count: number): Promise<void> {
    while (this.begun.length < count) await this.#begun.promise;
  }

  async check(order: EditOrder): Promise<EditFacts> {
    return factsOf(order.requestId);
  }

  async *watch(order: EditOrder, { signal }: CallFacts): AsyncIterable<EditNews> {
    this.begun.push(order.requestId);
    this.#begun.resolve();
    this.#begun = Promise.withResolvers();
    const failure = this.failures.shift();
    if (failure !== undefined) throw failure;
    yield { kind: 'accepted', facts: factsOf(order.requestId) };
    yield { kind: 'stepped', index: 0, done: 2, total: steps };
    await this.#pause(signal);
    for (let index = 0; index < order.count; index++)
      yield { kind: 'picture', index, picture: pictureOf(order, index) };
  }

  async run(order: EditOrder, call: CallFacts): Promise<EditAnswer> {
    const news = await Array.fromAsync(this.watch(order, call));
    return {
      facts: factsOf(order.requestId),
      pictures: news
        .filter(({ kind }) => kind === 'picture')
        .map((one) => (one.kind === 'picture' ? one.picture : never())),
    };
  }

  cancel(requestId: string): void {
    this.cancelled.push(requestId);
  }

  async #pause(signal: AbortSignal): Promise<void> {
    if (this.#held === undefined) return;
    const aborted = Promise.withResolvers<never>();
    const abort = () => aborted.reject(new ServiceError('cancelled', 'cancelled'));
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
    await Promise.race([this.#held.promise, aborted.promise]);
  }
}

function pictureOf(order: EditOrder, index: number) {
  const source = order.source.kind === 'inline' ? Buffer.from(order.source.bytes).toString('hex') : order.source.id;
  const mask = order.mask === undefined ? '' : Buffer.from(order.mask).toString('hex');
  return {
    image: Buffer.from([source, mask, order.prompt, index].join('|')),
    width: 64,
    height: 64,
    seed: index,
    cache: 'hit',
    times: { gatewayMs: 1, prepareMs: 1, queueMs: 1, denoiseMs: 1, decodeMs: 1, totalMs: 5 },
    worker: 'worker-1',
    moves: 0,
    isMixed: false,
    scores: [],
  } as const;
}

function never(): never {
  throw new RangeError('filtered before');
}

/** Quick enough for tests, and no less right. */
export const quick: Partial<JobSettings> = {
  lockMs: 1000,
  stalledMs: 300,
  attemptDelayMs: 10,
  webhookDelayMs: 10,
  progressMs: 20,
  cancelMs: 20,
  watchMs: 50,
  // A machine may be busy, and most tests are not about how fast Redis is.
  commandMs: 10_000,
};

export interface TestJobs extends AsyncDisposable {
  readonly redis: LocalRedis;
  readonly blobs: DirectoryBlobs;
  readonly folder: string;
  /** Another gateway. */
  open(
    editing: FakeEditing,
    settings?: Partial<JobSettings>,
    parts?: Partial<ConstructorParameters<typeof JobDesk>[0]>,
  ): JobDesk;
}

/** A Redis and a blob store of the test's own, and gateways on them. */
export async function openJobs({ isKept = false } = {}): Promise<TestJobs> {
  const root = await mkdtempDisposable(join(tmpdir(), 'instgenie-jobs-'));
  const redis = await LocalRedis.start(isKept ? { folder: root.path } : {});
  const blobs = new DirectoryBlobs(join(root.path, 'blobs'));
  const desks: JobDesk[] = [];
  return {
    redis,
    blobs,
    folder: root.path,
    open(editing, settings = {}, parts = {}) {
      const desk = new JobDesk({
        redis: redis.url,
        blobs,
        editing,
        settings: { ...quick, ...settings },
        log,
        ...parts,
      });
      desks.push(desk);
      return desk;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(desks.map((desk) => desk[Symbol.asyncDispose]()));
      await redis[Symbol.asyncDispose]();
      await root.remove();
    },
  };
}

/** The job once it has ended. */
export async function ended(desk: JobDesk, { id }: Pick<Job, 'id'>, tenant = 'shop'): Promise<Job> {
  let last: Job | undefined;
  for await (const job of desk.watch(id, { caller: caller(tenant), signal: new AbortController().signal })) last = job;
  if (last?.endedAtMs === undefined) throw new RangeError('it did not end');
  return last;
}

/** Asks again and again until the answer is yes. */
export async function eventually<Result>(ask: () => Promise<Result | undefined>): Promise<Result> {
  for (;;) {
    const answer = await ask().catch(() => undefined);
    if (answer !== undefined) return answer;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
