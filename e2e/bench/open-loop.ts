import { setTimeout as pause } from 'node:timers/promises';
import { type AdmissionPolicy, Batcher } from '@instgenie/batching';
import { systemClock } from '@instgenie/domain';
import { Edit, type EditCheckpoint, type Engine, type Template } from '@instgenie/engine';
import { EngineExecutor } from '@instgenie/worker';
import type { Arrival } from './arrivals.ts';
import { bandMask } from './pipeline-steps.ts';

interface PreparedEdit {
  readonly edit: Edit;
  readonly start: EditCheckpoint;
}

/** Prepared edits, by mask ratio: the loop is measured, not what is around it. */
export class EditPool implements AsyncDisposable {
  readonly #free: PreparedEdit[][];
  readonly #all: readonly PreparedEdit[];

  private constructor(free: PreparedEdit[][]) {
    this.#free = free;
    this.#all = free.flat();
  }

  static async prepare(
    engine: Engine,
    template: Template,
    { ratios, each, dense }: { readonly ratios: readonly number[]; readonly each: number; readonly dense: boolean },
  ): Promise<EditPool> {
    const free: PreparedEdit[][] = [];
    for (const ratio of ratios) {
      const edits: PreparedEdit[] = [];
      for (let seed = 0; seed < each; seed++) {
        const edit = await Edit.prepare(engine, template, { mask: bandMask(ratio), prompt: 'red hoodie', seed, dense });
        edits.push({ edit, start: edit.checkpoint() });
      }
      free.push(edits);
    }
    return new EditPool(free);
  }

  get kinds(): number {
    return this.#free.length;
  }

  /** An edit of this mask ratio, or of the next one of which there is one. */
  take(kind: number): { readonly edit: Edit; readonly give: () => void } {
    for (let tried = 0; tried < this.kinds; tried++) {
      const list = this.#free[(kind + tried) % this.kinds] ?? [];
      const prepared = list.pop();
      if (prepared === undefined) continue;
      prepared.edit.restore(prepared.start);
      return { edit: prepared.edit, give: () => list.push(prepared) };
    }
    throw new RangeError('more edits wait than were prepared');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { edit } of this.#all) await edit[Symbol.asyncDispose]();
  }
}

export interface LoopRun {
  readonly engine: Engine;
  readonly pool: EditPool;
  readonly policy: AdmissionPolicy;
  readonly batchMax: number;
  readonly arrivals: readonly Arrival[];
}

export interface LoopTimes {
  /** From when an edit was to be sent until it was done. */
  readonly latencyMs: readonly number[];
  readonly queueMs: readonly number[];
  readonly totalMs: number;
  /** Of each step: the batch, all of it, and the loop's own part. */
  readonly steps: readonly { readonly batch: number; readonly ms: number; readonly loopMs: number }[];
}

/** Sends edits when they are due, whether others are done or not. */
export async function openLoop({ engine, pool, policy, batchMax, arrivals: due }: LoopRun): Promise<LoopTimes> {
  const steps: { batch: number; ms: number; loopMs: number }[] = [];
  let lastMs = performance.now();
  const executor = new EngineExecutor<Edit>(engine, {
    onStep: ({ totalMs }, edits) => {
      const now = performance.now();
      steps.push({ batch: edits.length, ms: now - lastMs, loopMs: now - lastMs - totalMs });
      lastMs = now;
    },
  });
  const batcher = new Batcher<Edit>({
    executor,
    clock: systemClock,
    stepTime: () => 0,
    settings: { policy, batchMax, bytesMax: 0, waitingMax: 10_000, agingMs: 1e9 },
  });
  const running = batcher.run();
  const began = performance.now();
  const latencyMs: number[] = [];
  const queueMs: number[] = [];
  const ends: Promise<void>[] = [];
  for (const [id, { atMs, kind }] of due.entries()) {
    const dueIn = () => began + atMs - performance.now();
    // Timers may be early.
    for (let waitMs = dueIn(); waitMs > 0; waitMs = dueIn()) await pause(waitMs);
    if (batcher.runningCount === 0) lastMs = performance.now();
    const { edit, give } = pool.take(kind);
    const request = {
      id: String(id),
      tenant: 'bench',
      priority: 'normal' as const,
      maskedTokens: edit.state.rows.length,
      stepsTotal: edit.stepsTotal,
      stepsDone: 0,
      bytes: 0,
    };
    const submission = batcher.submit(request, edit, (event) => {
      if (event.kind === 'admitted') queueMs.push(performance.now() - began - atMs);
    });
    if (submission.kind !== 'accepted') throw new RangeError('the bench refuses nobody');
    ends.push(
      submission.outcome.then(() => {
        latencyMs.push(performance.now() - began - atMs);
        give();
      }),
    );
  }
  await Promise.all(ends);
  const totalMs = performance.now() - began;
  batcher.drain({ handOver: false });
  await running;
  return { latencyMs, queueMs, totalMs, steps };
}
