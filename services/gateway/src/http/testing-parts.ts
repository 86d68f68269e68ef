import { ServiceError } from '@instgenie/domain';
import { openLog } from '@instgenie/telemetry';
import type { TemplateId, TemplateRecord } from '@instgenie/templates';
import { type Authenticator, type Caller, type Scope, scopes, unauthenticated } from '@instgenie/tenants';
import type { EditOrder } from '../edits/edit-order.ts';
import type { CallFacts, EditAnswer, EditedPicture, EditFacts, Editing, EditNews } from '../edits/editing.ts';
import type { FleetModel, FleetWorker } from '../fleet/fleet.ts';
import type { Job, JobOrder, Jobs } from '../jobs/jobs.ts';
import type { PrimeNews, TemplateSettings, Templates, TemplateView } from '../templates/templates.ts';
import { httpLimits } from './http-limits.ts';
import type { HttpParts } from './http-parts.ts';
import { ResultLinks } from './result-links.ts';
import { MemoryBlobs } from './testing-blobs.ts';

/** For tests: the first bytes of a png, which is all that anybody looks at here. */
export const png = Buffer.from('\x89PNG\r\n\x1a\nrest', 'latin1');
export const templateId = '0123456789abcdef01234567' as TemplateId;
export const jobId = 'ab'.repeat(16);
/** For tests: the key of a tenant that may do everything; `key-edit` may only edit, and so on. */
export const key = 'key-all';

/** For tests: edits that take no time and give one picture each. What fails is said by `failure`, once. */
export class FakeEditing implements Editing {
  readonly orders: EditOrder[] = [];
  readonly calls: CallFacts[] = [];
  readonly failures: unknown[] = [];
  /** Thrown in the middle of a stream. */
  lateFailure: unknown;
  /** Held before the first picture. */
  gate: Promise<void> = Promise.resolve();

  async check(order: EditOrder, call: CallFacts): Promise<EditFacts> {
    this.orders.push(order);
    this.calls.push(call);
    const failure = this.failures.shift();
    if (failure !== undefined) throw failure;
    if (order.model !== undefined && order.model !== 'toy') {
      throw new ServiceError('not-found', 'model: there is none of this name', { field: 'model' });
    }
    return {
      requestId: order.requestId,
      templateId: order.source.kind === 'template' ? order.source.id : templateId,
      model: 'toy',
      maskRatio: 0.25,
      maskedTokens: 256,
      tokens: 1024,
      steps: order.steps ?? 4,
      warnings: [],
    };
  }

  async *watch(order: EditOrder, call: CallFacts): AsyncIterable<EditNews> {
    yield { kind: 'accepted', facts: await this.check(order, call) };
    yield { kind: 'queued', index: 0, position: 2, predictedMs: 80 };
    yield { kind: 'moved', index: 0, keptSteps: 1 };
    for (let done = 1; done <= order.previews; done++) {
      yield { kind: 'stepped', index: 0, done, total: 4 };
      yield { kind: 'preview', index: 0, done, image: Buffer.from(`preview ${done}`) };
    }
    await this.gate;
    if (this.lateFailure !== undefined) throw this.lateFailure;
    for (let index = 0; index < order.count; index++) yield { kind: 'picture', index, picture: picture(order, index) };
  }

  async run(order: EditOrder, call: CallFacts): Promise<EditAnswer> {
    const facts = await this.check(order, call);
    await Promise.race([this.gate, aborted(call.signal)]);
    call.signal.throwIfAborted();
    return { facts, pictures: Array.from({ length: order.count }, (_, index) => picture(order, index)) };
  }

  cancel(requestId: string): void {
    if (requestId !== 'running') throw new ServiceError('not-found', 'there is no such edit');
  }
}

/** For tests: one template, `templateId`, of whoever asks. */
export class FakeTemplates implements Pick<Templates, Exclude<keyof Templates, 'resolve' | 'used'>> {
  readonly created: { readonly settings: TemplateSettings; readonly file: Uint8Array }[] = [];
  readonly primed: unknown[] = [];
  isPinned = false;

  async create(settings: TemplateSettings, file: Uint8Array, caller: Caller): Promise<TemplateView> {
    this.created.push({ settings, file });
    return this.#view(caller, settings.name);
  }

  async get(id: string, caller: Caller): Promise<TemplateView> {
    this.#require(id);
    return this.#view(caller);
  }

  async list({ size, token }: { readonly size: number; readonly token: string }, caller: Caller) {
    return { templates: token === '' ? [this.#view(caller)] : [], nextToken: size === 1 && token === '' ? 'more' : '' };
  }

  async picture(id: string): Promise<Uint8Array> {
    this.#require(id);
    return png;
  }

  async delete(id: string): Promise<void> {
    this.#require(id);
  }

  async *prime(order: { readonly id: string }): AsyncIterable<PrimeNews> {
    this.#require(order.id);
    this.primed.push(order);
    yield { done: 1, total: 2, bytes: 10 };
    yield { done: 2, total: 2, bytes: 20 };
  }

  async pin(id: string, isPinned: boolean, caller: Caller): Promise<TemplateView> {
    this.#require(id);
    this.isPinned = isPinned;
    return this.#view(caller);
  }

  async grant(request: { readonly id: string }, caller: Caller): Promise<TemplateView> {
    this.#require(request.id);
    return this.#view(caller);
  }

  #require(id: string): void {
    if (id !== templateId) throw new ServiceError('not-found', 'there is no such template', { field: 'template_id' });
  }

  #view({ tenant }: Caller, name = 'shirt'): TemplateView {
    const record: TemplateRecord = {
      version: 3,
      id: templateId,
      tenant,
      name,
      source: { sha256: 'ab'.repeat(32), bytes: png.length, width: 512, height: 512 },
      prompt: '',
      noiseSeed: 0,
      keepEvery: 1,
      isPinned: this.isPinned,
      isInline: false,
      grantedTo: [],
      variants: [{ key: 'cd'.repeat(32), bytes: 7 }],
      createdAt: '2026-01-02T03:04:05.000Z',
    };
    return { record, isWarm: true, expiresAtMs: Date.UTC(2027, 0, 1) };
  }
}

/** For tests: one job, `jobId`, that has one result. */
export class FakeJobs implements Jobs {
  readonly orders: JobOrder[] = [];

  async submit(order: JobOrder): Promise<Job> {
    this.orders.push(order);
    return job('queued');
  }

  async get(id: string): Promise<Job> {
    this.#require(id);
    return job('done');
  }

  async list(): Promise<{ readonly jobs: readonly Job[]; readonly nextToken: string }> {
    return { jobs: [job('done')], nextToken: '' };
  }

  async cancel(id: string): Promise<Job> {
    this.#require(id);
    return job('cancelled');
  }

  async *watch(id: string): AsyncIterable<Job> {
    this.#require(id);
    yield job('queued');
    yield job('done');
  }

  async result({ id, item, picture }: { readonly id: string; readonly item: number; readonly picture: number }) {
    this.#require(id);
    if (item + picture > 0) throw new ServiceError('not-found', 'there is no such result');
    return png;
  }

  #require(id: string): void {
    if (id !== jobId) throw new ServiceError('not-found', 'there is no such job', { field: 'job_id' });
  }
}

export type TestParts = HttpParts & {
  readonly editing: FakeEditing;
  readonly templates: FakeTemplates;
  readonly jobs: FakeJobs;
};

/** For tests: everything that the HTTP side stands on, at a time that stands still. */
export function testParts(parts: Partial<HttpParts> = {}): TestParts {
  const now = () => Date.UTC(2026, 0, 1);
  return {
    editing: new FakeEditing(),
    templates: new FakeTemplates() as FakeTemplates & Templates,
    jobs: new FakeJobs(),
    fleet: { models: [model], workers: [worker], isServing: true },
    authenticator: testAuthenticator,
    links: new ResultLinks({ blobs: new MemoryBlobs(), now }),
    log: openLog({ service: 'test', instance: 'test', level: 'silent' }),
    limits: { ...httpLimits, checkMs: 20, lingerMs: 50, drainMs: 0 },
    now,
    cacheOutcomes: async () => ({ hit: 9 }),
    ...parts,
  } as TestParts;
}

const testAuthenticator: Authenticator = {
  async authenticate(authorization) {
    const found = /^Bearer key-(\w+)$/.exec(authorization ?? '')?.[1];
    if (found === undefined) throw unauthenticated();
    const allowed = found === 'all' ? scopes : scopes.filter((scope): scope is Scope => scope === found);
    return { tenant: 'tenant', keyId: found, scopes: new Set(allowed), quota: {} };
  },
};

const model: FleetModel = { name: 'toy', side: 512, defaultSteps: 4, defaultGuidance: 1, workers: 1 };
const worker: FleetWorker = {
  worker: 'worker-1',
  address: 'secret-host:7070',
  isServing: true,
  isEjected: false,
  isCordoned: false,
  models: [{ name: 'toy', waiting: 1, running: 2, maskedTokenSteps: 3 }],
  edits: 3,
  editsMax: 8,
  variants: 1,
  memoryBytes: 1,
  memoryBytesMax: 2,
  diskBytes: 3,
  diskBytesMax: 4,
};

function picture(order: EditOrder, index: number): EditedPicture {
  return {
    image: Buffer.concat([png, Buffer.of(index)]),
    width: order.size?.width ?? 512,
    height: order.size?.height ?? 512,
    seed: (order.seed ?? 7) + index,
    cache: 'hit',
    times: { gatewayMs: 1, prepareMs: 2, queueMs: 3, denoiseMs: 4, decodeMs: 5, totalMs: 15 },
    worker: 'worker-1',
    moves: 0,
    isMixed: false,
    scores: [],
  };
}

function job(state: Job['state']): Job {
  return {
    id: jobId,
    requestId: 'request',
    state,
    items: [{ state, stepsDone: 0, stepsTotal: 4, facts: undefined, pictures: [], failure: undefined }],
    createdAtMs: 1000,
    endedAtMs: state === 'queued' ? undefined : 2000,
    expiresAtMs: 90_000,
    position: state === 'queued' ? 3 : 0,
    isWebhookDelivered: false,
  };
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
