import { type Mask, mask, type Plan, picture } from '@instgenie/domain';
import { Edit, type Engine, type Template, type TemplateSpec } from '@instgenie/engine';
import { type StoredTemplate, storedTemplate } from '@instgenie/loader';
import type { ActivationStore } from '@instgenie/store';
import { median } from './rows.ts';

const side = 512;

/** The template that every run of the bench edits. */
export function benchTemplate(engine: Engine, steps: number): TemplateSpec {
  const data = Uint8Array.from({ length: side * side * 3 }, (_, at) => (at * 7 + Math.floor(at / 1536) * 3) % 251);
  const { guidance, textRows } = engine.model.defaults;
  return { picture: picture({ width: side, height: side, channels: 3, data }), steps, guidance, textRows };
}

/** A band at the top of the picture that covers the ratio of its tokens. */
export function bandMask(ratio: number): Mask {
  const tokens = Math.round(ratio * 1024);
  const bits = Uint8Array.from({ length: side * side }, (_, at) => {
    const token = Math.floor(Math.floor(at / side) / 16) * 32 + Math.floor((at % side) / 16);
    return token < tokens ? 1 : 0;
  });
  return mask({ width: side, height: side, bits });
}

/** How an edit's loads meet its computing. */
export type LoadOrder = 'pipelined' | 'sequential';

export interface StepsRun {
  readonly engine: Engine;
  readonly template: Template;
  readonly ratio: number;
  readonly batch?: number;
  readonly plan?: Plan;
  readonly order: LoadOrder;
}

/** What an edit's steps took, from asking for their activations to their end; the first is not counted. */
export interface StepsTime {
  /** Median of a step. */
  readonly stepMs: number;
  /** All steps, the first one too. */
  readonly totalMs: number;
  readonly waitMs: number;
}

/** Runs edits of one template together to their end. */
export async function runSteps(run: StepsRun): Promise<StepsTime> {
  const { engine, template, ratio, batch = 1, plan, order } = run;
  const edits: Edit[] = [];
  for (let seed = 0; seed < batch; seed++) {
    const spec = { mask: bandMask(ratio), prompt: 'red hoodie', seed, ...(plan === undefined ? {} : { plan }) };
    edits.push(await Edit.prepare(engine, template, spec));
  }
  const times: number[] = [];
  let waitMs = 0;
  for (let step = 0; step < template.spec.steps; step++) {
    const began = performance.now();
    const items = edits.map((edit) => edit.nextItem());
    if (order === 'pipelined') for (const edit of edits) edit.lookAhead();
    else for (const item of items) waitForAll(item.source);
    const report = await engine.step(items);
    waitMs += report.waitMs;
    for (const [index, edit] of edits.entries()) {
      const item = items[index];
      if (item !== undefined) await edit.settle(item, report);
    }
    times.push(performance.now() - began);
  }
  for (const edit of edits) await edit[Symbol.asyncDispose]();
  return { stepMs: median(times.slice(1)), totalMs: times.reduce((sum, ms) => sum + ms, 0), waitMs };
}

/** Blocks until every chunk that was asked for is there: loading first, computing then. */
function waitForAll(source: ReturnType<Edit['nextItem']>['source']): void {
  if (source.kind !== 'stored' || source.step.gate === undefined) return;
  for (const [chunk, offset] of source.step.offsets.entries()) {
    if (offset >= 0) Atomics.wait(source.step.gate, 1 + chunk, 0, 10_000);
  }
}

/** Time to load the chunks of one step after the other, computing nothing: the median of a step. */
export async function loadSteps(store: ActivationStore, { keeper, template }: StoredTemplate): Promise<number> {
  const { key, layout, shape } = keeper.variant;
  const chunks = layout.chunkBytes.map((_, chunk) => chunk);
  const times: number[] = [];
  for (const step of shape.steps) {
    const began = performance.now();
    const loan = store.borrow(key, { step, chunks });
    if (loan === undefined) throw new RangeError(`step ${step} of ${template.state.id} is not held`);
    for (const chunk of chunks) if (loan.gate.wait(chunk, 10_000) !== 'ready') throw new RangeError('a load failed');
    times.push(performance.now() - began);
    loan.release();
    await store.idle();
  }
  return median(times.slice(1));
}

/** Prepares the bench's template on a store and makes sure that all of it is kept there. */
export async function keptTemplate(engine: Engine, store: ActivationStore, steps: number): Promise<StoredTemplate> {
  const stored = await storedTemplate(engine, store, benchTemplate(engine, steps));
  await stored.template.prime();
  if (stored.keeper.failure !== undefined) throw stored.keeper.failure;
  await store.idle();
  return stored;
}
