import { setTimeout as pause } from 'node:timers/promises';
import { DirectoryBlobs, putContent } from '@instgenie/blobs';
import { picture, ServiceError } from '@instgenie/domain';
import { encodePicture } from '@instgenie/pictures';
import type { EditRequest } from '@instgenie/rpc';
import { temporaryFolder, WorkerProcess } from '@instgenie/worker/testing';
import { demoModel } from './engine.ts';
import { seeded } from './eviction-trace.ts';
import { maskRatios, publishedMeans } from './mask-ratios.ts';
import { bandMask } from './pipeline-steps.ts';
import { median, quantile, type Row, row } from './rows.ts';

const side = 512;
const stepsPerEdit = 8;
const kinds = 4;
/** An answer is worth something for so many times what an edit alone takes. */
const patience = 5;
const overload = 5;
/** Of a measurement of the highest rate. */
const atOnce = 6;
const { signal } = new AbortController();

interface Ended {
  readonly outcome: 'good' | 'refused' | 'failed';
  readonly ms: number;
}

/** A whole worker behind gRPC, with pictures, prompts and decoding: what its stages cost the loop, and too much load. */
export async function benchService(say: (line: string) => void): Promise<readonly Row[]> {
  await using folder = await temporaryFolder();
  await using blobs = await temporaryFolder();
  const requests = await prepareRequests(blobs.path);
  const set = [`models=[{ name: demo, folder: ${demoModel} }]`, `blobs=${blobs.path}`, 'edits.max=64', 'log=info'];
  await using worker = await WorkerProcess.start(folder.path, { id: 'bench', set });
  const edits = new EditSource(worker, requests);
  say('service: every mask once, then alone');
  for (let kind = 0; kind < kinds; kind++) await edits.run(kind, 120_000);
  const alone: number[] = [];
  for (let round = 0; round < 12; round++) alone.push((await edits.run(round, 120_000)).ms);
  const aloneMs = median(alone);
  const deadlineMs = patience * aloneMs;

  say('service: capacity');
  const capacity = await capacityOf(edits, 60);
  say('service: at capacity, and five times as much');
  const seconds = 30;
  const before = await loopSeconds(worker);
  const usual = await offered(edits, { perMs: 0.9 * capacity, seconds, deadlineMs });
  const after = await loopSeconds(worker);
  const tooMuch = await offered(edits, { perMs: overload * capacity, seconds, deadlineMs });
  const refusals = tooMuch.ended.filter(({ outcome }) => outcome === 'refused').map(({ ms }) => ms);
  const best = Math.max(usual.goodput, capacity);
  const gaps = (after.gaps - before.gaps) / (after.gaps - before.gaps + after.steps - before.steps);
  return [
    row('worker.service.alone_ms', aloneMs, { unit: 'ms' }),
    row('worker.service.capacity', 1000 * capacity, { unit: 'edits/s' }),
    row('worker.service.goodput', 1000 * usual.goodput, { unit: 'edits/s' }),
    row('worker.overload.goodput', 1000 * tooMuch.goodput, { unit: 'edits/s' }),
    row('worker.overload.goodput_share', tooMuch.goodput / best, { unit: 'ratio', atLeast: 0.9 }),
    row('worker.overload.late_share', lateShare(tooMuch.ended), { unit: 'ratio' }),
    row('worker.refusal_ms.p99', quantile(refusals, 0.99), { unit: 'ms', atMost: 20 }),
    row('worker.refusal_ms.p50', quantile(refusals, 0.5), { unit: 'ms' }),
    row('worker.stage_gap_share', gaps, { unit: 'ratio', atMost: 0.02 }),
  ];
}

async function prepareRequests(folder: string): Promise<readonly EditRequest[]> {
  const data = Uint8Array.from({ length: side * side * 3 }, (_, at) => (at % side) / 2 + ((at >> 9) % 97));
  const source = await encodePicture(picture({ width: side, height: side, channels: 3, data }), 'png');
  const stored = await putContent(new DirectoryBlobs(folder), source);
  return await Promise.all(
    maskRatios(publishedMeans[0], kinds).map(async (ratio) => {
      const { bits } = bandMask(ratio);
      const pixels = Uint8Array.from({ length: bits.length * 3 }, (_, at) => 255 * (bits[Math.floor(at / 3)] ?? 0));
      const mask = await encodePicture(picture({ width: side, height: side, channels: 3, data: pixels }), 'png');
      const template = { stored, picture: 'stored' as const, steps: stepsPerEdit };
      return { tenant: 'bench', template, mask: Buffer.from(mask), prompt: 'red hoodie' };
    }),
  );
}

/** Sends edits and says how they ended. */
class EditSource {
  readonly #worker: WorkerProcess;
  readonly #requests: readonly EditRequest[];
  #sent = 0;

  constructor(worker: WorkerProcess, requests: readonly EditRequest[]) {
    this.#worker = worker;
    this.#requests = requests;
  }

  async run(kind: number, deadlineMs: number): Promise<Ended> {
    const seed = this.#sent++;
    const request = { ...this.#requests[kind % this.#requests.length], editId: `edit${seed}`, seed };
    const began = performance.now();
    let outcome: Ended['outcome'] = 'failed';
    try {
      for await (const { event } of this.#worker.edit(request, { deadlineMs, signal })) {
        if (event === 'result') outcome = 'good';
      }
    } catch (thrown) {
      if (!(thrown instanceof ServiceError)) throw thrown;
      outcome = thrown.code === 'overloaded' ? 'refused' : 'failed';
    }
    return { outcome, ms: performance.now() - began };
  }
}

/** Edits a millisecond, with as many there as its stages and its batch can use. */
async function capacityOf(edits: EditSource, count: number): Promise<number> {
  const began = performance.now();
  let next = 0;
  const one = async () => {
    while (next < count) await edits.run(next++, 120_000);
  };
  await Promise.all(Array.from({ length: atOnce }, one));
  return count / (performance.now() - began);
}

async function offered(
  edits: EditSource,
  { perMs, seconds, deadlineMs }: { readonly perMs: number; readonly seconds: number; readonly deadlineMs: number },
): Promise<{ readonly ended: readonly Ended[]; readonly goodput: number }> {
  const random = seeded(5);
  const began = performance.now();
  const running: Promise<Ended>[] = [];
  for (let atMs = 0; atMs < 1000 * seconds; atMs -= Math.log(1 - random()) / perMs) {
    const dueIn = () => began + atMs - performance.now();
    // Timers may be early.
    for (let waitMs = dueIn(); waitMs > 0; waitMs = dueIn()) await pause(waitMs);
    running.push(edits.run(Math.floor(random() * kinds), deadlineMs));
  }
  const ended = await Promise.all(running);
  const good = ended.filter(({ outcome, ms }) => outcome === 'good' && ms <= deadlineMs).length;
  return { ended, goodput: good / (performance.now() - began) };
}

/** Of those that were taken, how many came to nothing. */
function lateShare(ended: readonly Ended[]): number {
  const taken = ended.filter(({ outcome }) => outcome !== 'refused');
  return taken.filter(({ outcome }) => outcome === 'failed').length / taken.length;
}

async function loopSeconds(worker: WorkerProcess): Promise<{ readonly gaps: number; readonly steps: number }> {
  const metrics = await worker.metrics();
  const read = (name: string) => Number(new RegExp(`^${name}\\{.*\\} (\\S+)$`, 'm').exec(metrics)?.[1]);
  return { gaps: read('instgenie_batch_gap_seconds_total'), steps: read('instgenie_batch_step_seconds_sum') };
}
