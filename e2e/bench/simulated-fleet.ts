import { Fleet, type PickPolicy, type PickRequest, usualLimits, usualOutliers } from '@instgenie/balancer';
import { EventQueue } from './event-queue.ts';
import { seeded } from './eviction-trace.ts';
import * as machine from './simulated-machine.ts';
import { Holders, type SimulatedEdit, SimulatedWorker, variantOf } from './simulated-worker.ts';

export interface FleetRun {
  readonly workers: number;
  readonly policy: PickPolicy | 'oracle';
  /** Masked tokens of edits, in equal shares. */
  readonly masks: readonly number[];
  /** Templates of edits, in the order in which they come. */
  readonly templates: readonly number[];
  /** Of what all workers could do, were all they need in memory. */
  readonly load: number;
  /** Share of the edits that are not counted. */
  readonly warmUp: number;
  readonly seed: number;
  /** Balancers that know nothing of each other and take edits in turn; 1 unless told. */
  readonly balancers?: number;
  /** Edits of a tenant that sends much, as a share of all; the others are of ten tenants alike. Nobody is refused without it. */
  readonly muchShare?: number;
}

export interface FleetTimes {
  /** From the request to the result, ms; with `muchShare`, of the other tenants. */
  readonly latencyMs: readonly number[];
  /** Edits that were refused, as a share of those of the other tenants and of the one that sends much. */
  readonly refused: { readonly others: number; readonly much: number };
}

type Event =
  | { readonly kind: 'arrives'; readonly index: number }
  | {
      readonly kind: 'encoded' | 'ends';
      readonly worker: SimulatedWorker;
      readonly edit: SimulatedEdit;
      /** The balancer that picked the worker. */
      readonly fleet: Fleet | undefined;
    }
  | { readonly kind: 'stepped' | 'reports'; readonly worker: SimulatedWorker };

const beatMs = 250;
/** Templates that every worker has used before, drawn by their popularity, whatever the policy: as round robin leaves it. */
const usedBefore = 1000;
/** Spread of what is not known: a worker's speed, what its fit is off by, and each step. */
const [speedSpread, misfitSpread, stepSpread] = [0.1, 0.05, 0.1];

/** Edits that come by a Poisson process, on workers that take time and compute nothing, placed by the balancer's own code. */
export function runFleet(run: FleetRun): FleetTimes {
  const { workers: count, policy, masks, templates, load, warmUp, seed, balancers = 1, muchShare } = run;
  const random = seeded(seed);
  // Every kind of chance has its own numbers, so that all policies see the same workers and edits.
  const [arrivalRandom, noiseRandom, maskRandom] = [seeded(seed + 1), seeded(seed + 2), seeded(seed + 3)];
  const holders = new Holders();
  const workers = Array.from(
    { length: count },
    (_, index) =>
      new SimulatedWorker({
        name: `worker-${index}`,
        place: index,
        speed: lognormal(random, speedSpread),
        misfit: lognormal(random, misfitSpread),
        holders,
      }),
  );
  for (const worker of workers) {
    for (let used = 0; used < usedBefore; used++) worker.keep(templates[Math.floor(random() * templates.length)] ?? 0);
  }
  const byName = new Map(workers.map((worker) => [worker.truth.name, worker]));
  const limits =
    muchShare === undefined
      ? { ...usualLimits, saturation: Number.POSITIVE_INFINITY, waitMsMax: Number.POSITIVE_INFINITY }
      : usualLimits;
  const settings = { limits, outliers: usualOutliers, beatMs, goneMs: 10_000, editsMax: 1_000_000 };
  const fleets =
    policy === 'oracle'
      ? []
      : Array.from({ length: balancers }, (_, index) => new Fleet({ ...settings, name: `balancer-${index}`, policy }));
  const events = new EventQueue<Event>();
  for (const worker of workers) events.push(random() * beatMs, { kind: 'reports', worker });
  const everyMs = 1 / (load * count * machine.capacityPerMs(masks));
  events.push(beatMs, { kind: 'arrives', index: 0 });
  const latencyMs: number[] = [];
  const came = { others: 0, much: 0 };
  const refused = { others: 0, much: 0 };
  const predictedMs = new Map<string, number>();
  const fleetOf = new Map<string, Fleet>();
  let ended = 0;
  let tickedMs = 0;

  const step = (worker: SimulatedWorker, nowMs: number) => {
    const ms = worker.begin();
    worker.stepEndsMs = ms === undefined ? undefined : nowMs + ms * lognormal(noiseRandom, stepSpread);
    if (worker.stepEndsMs !== undefined) events.push(worker.stepEndsMs, { kind: 'stepped', worker });
  };
  /** Undefined where it is refused. */
  const place = (edit: SimulatedEdit, fleet: Fleet | undefined, nowMs: number): SimulatedWorker | undefined => {
    if (fleet === undefined) return leastOf(workers, (worker) => worker.trueFinishMs(edit, nowMs));
    const outcome = fleet.pick(requestOf(edit), nowMs);
    if (outcome.kind === 'refused') return undefined;
    predictedMs.set(edit.id, outcome.prediction.finishMs);
    return byName.get(outcome.view.worker);
  };

  for (let next = events.pop(); next !== undefined && ended < templates.length; next = events.pop()) {
    const { atMs, event } = next;
    switch (event.kind) {
      case 'arrives': {
        const template = templates[event.index];
        if (template === undefined) break;
        const maskedTokens = masks[Math.floor(maskRandom() * masks.length)] ?? 1;
        const tenant = muchShare === undefined ? 'bench' : tenantOf(maskRandom, muchShare);
        const whose = tenant === much ? 'much' : 'others';
        const edit = { id: `edit-${event.index}`, tenant, template, maskedTokens, arrivedMs: atMs, stepsDone: 0 };
        const fleet = fleets[event.index % balancers];
        const worker = place(edit, fleet, atMs);
        came[whose]++;
        events.push(atMs - Math.log(1 - arrivalRandom()) * everyMs, { kind: 'arrives', index: event.index + 1 });
        if (worker === undefined) {
          refused[whose]++;
          ended++;
          break;
        }
        worker.coming.add(edit);
        events.push(atMs + machine.beforeMs, { kind: 'encoded', worker, edit, fleet });
        break;
      }
      case 'encoded':
        event.worker.coming.delete(event.edit);
        event.worker.submit(event.edit);
        if (event.fleet !== undefined) fleetOf.set(event.edit.id, event.fleet);
        if (event.worker.stepEndsMs === undefined) step(event.worker, atMs);
        break;
      case 'stepped':
        for (const edit of event.worker.settle()) {
          event.worker.leaving++;
          events.push(atMs + machine.afterMs, {
            kind: 'ends',
            worker: event.worker,
            edit,
            fleet: fleetOf.get(edit.id),
          });
          fleetOf.delete(edit.id);
        }
        step(event.worker, atMs);
        break;
      case 'ends': {
        const { worker, edit, fleet } = event;
        worker.leaving--;
        const tookMs = atMs - edit.arrivedMs;
        if (++ended > warmUp * templates.length && edit.tenant !== much) latencyMs.push(tookMs);
        const end = { editId: edit.id, worker: worker.truth.name, ending: 'done' as const, tookMs };
        fleet?.ended({ ...end, predictedMs: predictedMs.get(edit.id) ?? 0 }, atMs);
        predictedMs.delete(edit.id);
        break;
      }
      case 'reports': {
        const { worker } = event;
        events.push(atMs + beatMs, { kind: 'reports', worker });
        if (fleets.length === 0) break;
        const said = worker.report();
        const isTick = atMs - tickedMs >= beatMs;
        if (isTick) tickedMs = atMs;
        for (const fleet of fleets) {
          fleet.heard(said, { address: worker.truth.name, stream: worker.truth.place }, atMs);
          if (isTick) fleet.tick(atMs);
        }
        break;
      }
    }
  }
  const share = (whose: 'others' | 'much') => (came[whose] === 0 ? 0 : refused[whose] / came[whose]);
  return { latencyMs, refused: { others: share('others'), much: share('much') } };
}

const much = 'much';

function tenantOf(random: () => number, muchShare: number): string {
  return random() < muchShare ? much : `tenant-${Math.floor(random() * 10)}`;
}

export function requestOf({ id, tenant, template, maskedTokens }: SimulatedEdit): PickRequest {
  return {
    editId: id,
    tenant,
    model: 'fill',
    priority: 'normal',
    deadlineMs: Number.POSITIVE_INFINITY,
    maskedTokens,
    tokens: machine.tokens,
    steps: machine.steps,
    isDense: false,
    variants: [variantOf(template)],
    affinity: variantOf(template),
    excluded: [],
    mustBeWarm: false,
  };
}

function leastOf<Item>(items: readonly Item[], cost: (item: Item) => number): Item {
  let least = Number.POSITIVE_INFINITY;
  let best: Item | undefined;
  for (const item of items) {
    const found = cost(item);
    if (found < least) [least, best] = [found, item];
  }
  if (best === undefined) throw new RangeError('nobody to choose from');
  return best;
}

/** A factor whose median is 1. */
function lognormal(random: () => number, spread: number): number {
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return Math.exp(spread * normal);
}
