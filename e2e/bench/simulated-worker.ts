import type { WatchLoadResponse__Output } from '@instgenie/rpc';
import * as machine from './simulated-machine.ts';

export interface SimulatedEdit {
  readonly id: string;
  readonly tenant: string;
  readonly template: number;
  readonly maskedTokens: number;
  readonly arrivedMs: number;
  stepsDone: number;
}

type Source = 'memory' | 'disk' | 'peer' | 'compute';

/** What is held, the last used last; bounded. */
class LruSet {
  readonly #items = new Set<number>();
  readonly #max: number;

  constructor(max: number) {
    this.#max = max;
  }

  has(item: number): boolean {
    return this.#items.has(item);
  }

  /** What made room. */
  use(item: number): number | undefined {
    if (!this.#items.delete(item) && this.#items.size >= this.#max) {
      const [oldest] = this.#items;
      if (oldest !== undefined) this.#items.delete(oldest);
      this.#items.add(item);
      return oldest;
    }
    this.#items.add(item);
    return undefined;
  }

  [Symbol.iterator]() {
    return this.#items.values();
  }
}

/** What an edit needs for a step. */
interface Needs {
  readonly rowsMs: number;
  readonly loadMs: number;
  /** From disk or a peer: it can be computed instead. */
  readonly isSlow: boolean;
}

/** A step loads while it computes; loads that would be late are computed instead, as long as that is sooner. */
function stepMs(batch: readonly Needs[]): number {
  let [rows, loads] = [machine.startMs, 0];
  for (const needs of batch) {
    rows += needs.rowsMs;
    loads += needs.loadMs;
  }
  for (const { loadMs, isSlow } of batch) {
    const computed = rows + machine.rowsMs(machine.tokens);
    if (!isSlow || Math.max(computed, loads - loadMs) >= Math.max(rows, loads)) continue;
    rows = computed;
    loads -= loadMs;
  }
  return Math.max(rows, loads);
}

/** Who holds what, over all workers. */
export class Holders {
  readonly #counts: number[] = [];

  add(template: number, by: 1 | -1): void {
    this.#counts[template] = (this.#counts[template] ?? 0) + by;
  }

  has(template: number): boolean {
    return (this.#counts[template] ?? 0) > 0;
  }
}

export interface WorkerTruth {
  readonly name: string;
  readonly place: number;
  /** How many times as long as on the machine everything takes here. */
  readonly speed: number;
  /** What the worker's own fit is off by, as a factor. */
  readonly misfit: number;
  readonly holders: Holders;
}

/** A worker whose edits join and leave between steps, on a clock of its caller; takes time, computes nothing. */
export class SimulatedWorker {
  readonly truth: WorkerTruth;
  /** Read and encoded now; not in the batch yet. */
  readonly coming = new Set<SimulatedEdit>();
  /** Decoded and written now. */
  leaving = 0;
  #waiting: SimulatedEdit[] = [];
  running: SimulatedEdit[] = [];
  /** When the step that runs will be done; undefined while none runs. */
  stepEndsMs: number | undefined;
  readonly #memory = new LruSet(machine.inMemory);
  readonly #disk = new LruSet(machine.onDisk);
  #stepsRun = 0;
  #sequence = 0;
  #isNews = true;

  constructor(truth: WorkerTruth) {
    this.truth = truth;
  }

  /** Has used a template: it is in memory and on disk from now on. */
  keep(template: number): void {
    if (!this.#disk.has(template)) this.truth.holders.add(template, 1);
    if (!this.#memory.has(template)) this.#isNews = true;
    this.#memory.use(template);
    const gone = this.#disk.use(template);
    if (gone !== undefined) this.truth.holders.add(gone, -1);
  }

  submit(edit: SimulatedEdit): void {
    this.#waiting.push(edit);
  }

  /** Begins the next step if there is somebody to step; how long it takes, but for noise. */
  begin(): number | undefined {
    while (this.running.length < machine.batchMax) {
      const next = this.#waiting.shift();
      if (next === undefined) break;
      this.running.push(next);
    }
    if (this.running.length === 0) return undefined;
    return this.#stepMs(this.running) * this.truth.speed;
  }

  /** The step is done; those that have no more to do. */
  settle(): readonly SimulatedEdit[] {
    this.#stepsRun++;
    for (const edit of this.running) edit.stepsDone++;
    const done = this.running.filter(({ stepsDone }) => stepsDone === machine.steps);
    if (done.length > 0) this.running = this.running.filter(({ stepsDone }) => stepsDone < machine.steps);
    for (const { template } of done) this.keep(template);
    return done;
  }

  /** When an edit would be done that came now, ms from now: what really would happen, if nobody else came. */
  trueFinishMs(edit: SimulatedEdit, nowMs: number): number {
    const { speed } = this.truth;
    const lines = [...this.running, ...this.#waiting, ...this.coming, edit].map((other) => ({
      left: machine.steps - other.stepsDone,
      ...this.#needs(other),
    }));
    const own = lines.at(-1);
    let atMs = this.stepEndsMs === undefined ? 0 : this.stepEndsMs - nowMs;
    if (this.stepEndsMs !== undefined) for (const line of lines.slice(0, this.running.length)) line.left--;
    let batch: typeof lines = [];
    let next = 0;
    let comes = lines.length - 1;
    const joinMs = machine.beforeMs;
    for (;;) {
      batch = batch.filter(({ left }) => left > 0);
      if (own !== undefined && own.left === 0) return atMs + machine.afterMs;
      while (batch.length < machine.batchMax && next < comes) batch.push(...lines.slice(next, ++next));
      if (atMs >= joinMs && comes < lines.length) {
        comes = lines.length;
        continue;
      }
      batch = batch.filter(({ left }) => left > 0);
      if (batch.length === 0) {
        atMs = Math.max(atMs, joinMs);
        continue;
      }
      let count = Math.min(...batch.map(({ left }) => left));
      const eachMs = stepMs(batch) * speed;
      if (atMs < joinMs) count = Math.min(count, Math.max(1, Math.ceil((joinMs - atMs) / eachMs)));
      atMs += count * eachMs;
      for (const line of batch) line.left -= count;
    }
  }

  report(): WatchLoadResponse__Output {
    const { name, speed, misfit } = this.truth;
    const fit = speed * misfit;
    const line = (msPerUnit: number) => ({ startMs: 0, msPerUnit: msPerUnit * fit });
    const left = (edits: readonly SimulatedEdit[]) =>
      edits.reduce((sum, { maskedTokens, stepsDone }) => sum + maskedTokens * (machine.steps - stepsDone), 0);
    const isNews = this.#isNews;
    this.#isNews = false;
    return {
      worker: name,
      isServing: true,
      isCordoned: false,
      sequence: this.#sequence++,
      edits: this.coming.size + this.leaving + this.#waiting.length + this.running.length,
      editsMax: 0,
      editBytes: 0,
      editBytesMax: 0,
      models: [
        {
          name: 'fill',
          isLoaded: true,
          fingerprint: 'h100',
          identity: 'flux',
          waiting: this.#waiting.length,
          running: this.running.length,
          maskedTokenSteps: left(this.running) + left(this.#waiting),
          compute: { startMs: machine.startMs * fit, msPerUnit: machine.msPerFlop * fit },
          flopsOfRow: machine.flopsOfRow,
          flopsOfPair: machine.flopsOfPair,
          batchMax: machine.batchMax,
          side: 1024,
          defaultSteps: machine.steps,
          defaultGuidance: 0,
          textRows: machine.textRows,
          predictedMs: 0,
          aroundMs: machine.beforeMs + machine.afterMs,
          bytesOfToken: machine.bytesOfToken,
          stepsRun: this.#stepsRun,
        },
      ],
      store: {
        memoryBytes: 0,
        memoryBytesMax: 0,
        diskBytes: 0,
        diskBytesMax: 0,
        load: [line(machine.loadMsPerByte.memory), line(machine.loadMsPerByte.disk), line(machine.loadMsPerByte.peer)],
      },
      variants: isNews
        ? [...this.#disk].map((template) => ({
            key: variantOf(template),
            bytes: machine.variantBytes,
            memoryBytes: this.#memory.has(template) ? machine.variantBytes : 0,
          }))
        : [],
      hasVariants: isNews,
    };
  }

  #stepMs(batch: readonly SimulatedEdit[]): number {
    return stepMs(
      batch.map((edit, at) => {
        const needs = this.#needs(edit);
        // Edits of one template at the same step share what is loaded or computed for it.
        const isShared = batch.some(
          (other, before) => before < at && other.template === edit.template && other.stepsDone === edit.stepsDone,
        );
        return isShared ? { ...needs, rowsMs: machine.rowsMs(edit.maskedTokens), loadMs: 0 } : needs;
      }),
    );
  }

  #needs(edit: SimulatedEdit): Needs {
    const own = machine.rowsMs(edit.maskedTokens);
    const source = this.#sourceOf(edit);
    if (source === 'compute') return { rowsMs: own + machine.rowsMs(machine.tokens), loadMs: 0, isSlow: false };
    return { rowsMs: own, loadMs: machine.stepLoadMs[source], isSlow: source !== 'memory' };
  }

  #sourceOf({ template, stepsDone, maskedTokens, id }: SimulatedEdit): Source {
    if (this.#memory.has(template)) return 'memory';
    // Whoever is ahead has brought the step here.
    const isAhead = (other: SimulatedEdit) =>
      other.template === template && other.id !== id && other.stepsDone > stepsDone;
    if (this.running.some(isAhead)) return 'memory';
    if (this.#disk.has(template)) return 'disk';
    const computeMs = machine.rowsMs(maskedTokens) + machine.rowsMs(machine.tokens);
    return this.truth.holders.has(template) && machine.stepLoadMs.peer < computeMs ? 'peer' : 'compute';
  }
}

const variants: string[] = [];

/** A template's variant, 64 hexadecimal digits. */
export function variantOf(template: number): string {
  return (variants[template] ??= template.toString(16).padStart(64, '0'));
}
