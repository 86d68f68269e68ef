import type { PickOutcome } from '../picking/pick.ts';
import type { PickRequest } from '../picking/pick-request.ts';
import type { PoolNeeds } from './pool-queues.ts';

/** Edits of jobs that wait, by model, as a gateway counts them. */
export type WaitingJobs = ReadonlyMap<string, number>;

/** An edit that was refused comes again within this time, if anybody still wants it. */
const refusedMs = 15_000;
/** Gateways count several times as often. */
const countedMs = 10_000;
const refusedMax = 16_384;
const modelsMax = 256;
const gatewaysMax = 256;
/** Until an edit of the model was seen. */
const usualEditMs = 10_000;
/** How much of what an edit takes one edit changes. */
const editShare = 1 / 16;
/** Refusals that more workers would have spared. */
const wantsWorkers = new Set(['unserved', 'full', 'late', 'wait', 'batch', 'tenant']);

interface Refused {
  readonly model: string;
  readonly untilMs: number;
}

interface Counted {
  readonly waiting: WaitingJobs;
  readonly untilMs: number;
}

/**
 * Edits that wait and that no worker has: those that were refused of late, which come again, and those of jobs. The queue of
 * jobs is one for all gateways, so the highest count is the count; and a job's edit may have been refused before, so of
 * the two the larger number counts.
 */
export class PoolDemand implements Pick<PoolNeeds, 'editMs'> {
  readonly #refused = new Map<string, Refused>();
  readonly #counted = new Map<string, Counted>();
  readonly #editMs = new Map<string, number>();

  /** Learns what became of an edit that a worker was wanted for. */
  asked({ editId, model }: PickRequest, outcome: PickOutcome, nowMs: number): void {
    this.#refused.delete(editId);
    if (outcome.kind === 'picked') {
      const { computeMs, getMs } = outcome.prediction;
      this.#learn(model, computeMs + getMs);
    } else if (wantsWorkers.has(outcome.reason)) {
      this.#refused.set(editId, { model, untilMs: nowMs + refusedMs });
      dropOldest(this.#refused, refusedMax);
    }
  }

  /** Learns how many edits of jobs wait. */
  counted(gateway: string, waiting: WaitingJobs, nowMs: number): void {
    this.#counted.delete(gateway);
    this.#counted.set(gateway, { waiting, untilMs: nowMs + countedMs });
    dropOldest(this.#counted, gatewaysMax);
  }

  editMs = (model: string): number => this.#editMs.get(model) ?? usualEditMs;

  /** Edits that no worker has, by model; models of which any was seen are in it, also with none. */
  elsewhere(nowMs: number): ReadonlyMap<string, number> {
    const all = new Map<string, number>();
    for (const model of this.#editMs.keys()) all.set(model, 0);
    for (const [id, { model, untilMs }] of this.#refused) {
      if (untilMs <= nowMs) this.#refused.delete(id);
      else all.set(model, (all.get(model) ?? 0) + 1);
    }
    for (const [gateway, { waiting, untilMs }] of this.#counted) {
      if (untilMs <= nowMs) this.#counted.delete(gateway);
      else for (const [model, edits] of waiting) all.set(model, Math.max(edits, all.get(model) ?? 0));
    }
    return new Map([...all].slice(0, modelsMax));
  }

  #learn(model: string, ms: number): void {
    const before = this.#editMs.get(model);
    this.#editMs.delete(model);
    this.#editMs.set(model, before === undefined ? ms : before + (ms - before) * editShare);
    dropOldest(this.#editMs, modelsMax);
  }
}

function dropOldest(map: Map<string, unknown>, most: number): void {
  for (const key of map.keys()) {
    if (map.size <= most) return;
    map.delete(key);
  }
}
