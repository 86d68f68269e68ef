import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DirectoryBlobs } from '@instgenie/blobs';
import { picture, ServiceError } from '@instgenie/domain';
import { encodePicture } from '@instgenie/pictures';
import {
  connect,
  implement,
  type PrimeRequest__Output,
  serve,
  serverStreaming,
  unary,
  workerServiceDefinition,
} from '@instgenie/rpc';
import { openLog } from '@instgenie/telemetry';
import type { Caller, Quota } from '@instgenie/tenants';
import type { EditEnding, FleetModel, PickOrder } from '../fleet/fleet.ts';
import { plainNames } from '../models/model-names.ts';
import { PictureReader } from '../pictures/picture-reader.ts';
import type { GuardedPriming, PrimingGuards, PrimingLease } from './priming-guards.ts';
import { TemplateDesk } from './template-desk.ts';
import type { TemplateDeskParts } from './template-parts.ts';
import type { TemplateSettings } from './templates.ts';

export const dayMs = 86_400_000;
export const models: readonly FleetModel[] = ['first', 'second'].map((name) => ({
  name,
  side: 64,
  defaultSteps: 8,
  defaultGuidance: 3.5,
  workers: 2,
}));

/** Blobs in a folder, which count what is done with them. */
export class CountedBlobs extends DirectoryBlobs {
  gets = 0;
  puts = 0;

  override get(name: string, limit: { readonly bytesMax: number }) {
    this.gets++;
    return super.get(name, limit);
  }

  override put(...call: Parameters<DirectoryBlobs['put']>) {
    this.puts++;
    return super.put(...call);
  }
}

/** What a worker does when it is asked to prime. */
export type PrimeScript = (request: PrimeRequest__Output) => AsyncIterable<{
  readonly done: number;
  readonly total: number;
  readonly variant: string;
  readonly bytes: number;
}>;

/** Workers over gRPC that do what a test says, and who is picked: the first one that has not failed. */
export async function openFleet(scripts: Readonly<Record<string, PrimeScript>>) {
  const stop = new AbortController();
  const definition = workerServiceDefinition();
  await using opened = new AsyncDisposableStack();
  const addresses = new Map<string, string>();
  for (const [name, script] of Object.entries(scripts)) {
    const nothing = serverStreaming(async function* () {});
    const service = implement(definition, {
      Edit: nothing,
      Prime: serverStreaming(script),
      Cancel: unary(async () => ({})),
      Drain: unary(async () => ({})),
      Cordon: unary(async () => ({})),
      WatchLoad: nothing,
    });
    const server = opened.use(await serve('127.0.0.1:0', { services: [service], limits: { drainMs: 0 } }, stop.signal));
    addresses.set(name, `127.0.0.1:${server.port}`);
  }
  const clients = new Map(
    [...addresses.values()].map((address) => [address, opened.use(connect(address, definition))]),
  );
  const picks: PickOrder[] = [];
  const endings: EditEnding[] = [];
  const kept = opened.move();
  return {
    picks,
    endings,
    models,
    pick: async (order: PickOrder) => {
      picks.push({ ...order, excluded: [...order.excluded] });
      const worker = [...addresses.keys()].find((name) => !order.excluded.includes(name));
      if (worker === undefined) throw new ServiceError('unavailable', 'no worker');
      return { worker, address: addresses.get(worker) ?? '', predictedMs: 1, scores: [] };
    },
    report: (ending: EditEnding) => void endings.push(ending),
    worker: (address: string) => {
      const client = clients.get(address);
      if (client === undefined) throw new RangeError('a worker that was picked');
      return client;
    },
    [Symbol.asyncDispose]: () => kept[Symbol.asyncDispose](),
  };
}

/** Guards that let everybody in until they are told not to, and write down what they are told. */
class CountedCharges implements PrimingGuards {
  refusal: ServiceError | undefined;
  readonly planned: number[] = [];
  readonly computed: number[] = [];

  admitPriming(_: GuardedPriming, plannedTokenSteps: number): PrimingLease {
    if (this.refusal !== undefined) throw this.refusal;
    this.planned.push(plannedTokenSteps);
    let computed = 0;
    return {
      computed: (tokenSteps) => {
        computed += tokenSteps;
      },
      [Symbol.dispose]: () => void this.computed.push(computed),
    };
  }
}

/** A desk on blobs in a temporary folder. */
export async function openDesk({
  scripts = {},
  ...parts
}: Partial<Pick<TemplateDeskParts, 'index' | 'names'>> & {
  readonly scripts?: Readonly<Record<string, PrimeScript>>;
} = {}) {
  const root = await mkdtempDisposable(join(tmpdir(), 'instgenie-desk-'));
  const blobs = new CountedBlobs(root.path);
  const reader = new PictureReader({ threads: 1, bytesMax: 2 ** 20, maskBytesMax: 2 ** 20 });
  const fleet = await openFleet(scripts);
  const clock = { ms: Date.parse('2026-11-25T12:00:00Z') };
  const lines: string[] = [];
  const log = openLog(
    { service: 'gateway', instance: 'test', level: 'info' },
    { write: (line) => void lines.push(line) },
  );
  const settings = { ttlMs: 100 * dayMs, inlineTtlMs: 7 * dayMs };
  const { names = plainNames } = parts;
  const charges = new CountedCharges();
  const all = { names, guards: charges, blobs, reader, fleet, settings, now: () => clock.ms, log, index: parts.index };
  const desk = new TemplateDesk(all);
  return {
    desk,
    blobs,
    fleet,
    clock,
    charges,
    /** Of the log. */
    lines,
    /** Another gateway on the same blobs. */
    other: () => new TemplateDesk(all),
    log,
    [Symbol.asyncDispose]: async () => {
      await desk[Symbol.asyncDispose]();
      await fleet[Symbol.asyncDispose]();
      await reader[Symbol.asyncDispose]();
      await root[Symbol.asyncDispose]();
    },
  };
}

export const caller = (tenant: string, quota: Quota = {}): Caller => ({
  tenant,
  keyId: undefined,
  scopes: new Set(['edit', 'template']),
  quota,
});

export const settings = (fields: Partial<TemplateSettings> = {}): TemplateSettings => ({
  name: 'poster',
  model: undefined,
  steps: undefined,
  guidance: undefined,
  prompt: '',
  noiseSeed: 0,
  keepEvery: 1,
  ttlMs: undefined,
  ...fields,
});

/** A png of one colour; another `shade` is another picture. */
export function pictureFile(shade: number, side = 64): Promise<Uint8Array> {
  const data = new Uint8Array(side * side * 3).fill(shade);
  return encodePicture(picture({ width: side, height: side, channels: 3, data }), 'png');
}

export const key = (at: number): string => at.toString(16).padStart(64, '0');
