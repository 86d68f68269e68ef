import { EitherSignal, ServiceError } from '@instgenie/domain';
import type { EditResponse__Output } from '@instgenie/rpc';
import type { Caller } from '@instgenie/tenants';
import type { Fleet } from '../fleet/fleet.ts';
import type { Templates } from '../templates/templates.ts';
import type { EditOrder } from './edit-order.ts';
import { type EditSpans, inSpan } from './edit-spans.ts';
import type { EditAnswer, EditedPicture } from './editing.ts';
import type { EditGuards, GuardedEdit } from './guards.ts';
import type { NewsBoard } from './news-board.ts';
import { type PreparedEdit, type PrepareParts, prepareEdit } from './prepare-edit.ts';
import { type RunDone, type RunParts, runResult } from './run-result.ts';
import { seedOf, workerEditId, workerRequest } from './worker-request.ts';

export interface TaskParts extends Omit<PrepareParts & RunParts, 'fleet' | 'templates'> {
  readonly fleet: Fleet;
  readonly templates: Pick<Templates, 'resolve' | 'picture' | 'used'>;
  readonly guards: EditGuards;
  readonly settings: { readonly checkpointEvery: number; readonly orphanMs: number; readonly mark: boolean };
}

export interface TaskCall {
  readonly order: EditOrder;
  readonly caller: Caller;
  readonly beganMs: number;
  readonly spans: EditSpans;
  readonly signal: AbortSignal;
}

const cacheOutcomes = {
  CACHE_OUTCOME_UNSPECIFIED: 'miss',
  CACHE_OUTCOME_WARM: 'hit',
  CACHE_OUTCOME_PARTIAL: 'partial',
  CACHE_OUTCOME_COLD: 'miss',
  CACHE_OUTCOME_DENSE: 'dense',
} as const;

/** Runs an order from its checks to all its results, and tells the board. Rejects with why it could not. */
export async function runTask(parts: TaskParts, call: TaskCall, board: NewsBoard): Promise<EditAnswer> {
  const { order, caller, spans, signal } = call;
  const prepared = await inSpan(spans, { part: 'prepare' }, () => prepareEdit(parts, order, { caller, signal }));
  const { facts, stepsToRun } = prepared;
  const tokens = prepared.isDense ? facts.tokens : facts.maskedTokens;
  const plannedTokenSteps = tokens * stepsToRun * order.count;
  const edit: GuardedEdit = { order, caller, facts, plannedTokenSteps };
  using lease = parts.guards.admit(edit);
  const pictures: EditedPicture[] = [];
  let computed = 0;
  const ended = new AbortController();
  using all = new EitherSignal(signal, ended.signal);
  try {
    await inSpan(spans, { part: 'check' }, async () => await parts.guards.before(edit, signal));
    board.post({ kind: 'accepted', facts });
    const runOne = async (index: number) => {
      const picture = await runIndex(parts, { ...call, signal: all.signal }, { prepared, index, board });
      computed += tokens * stepsToRun;
      await inSpan(spans, { part: 'check' }, async () => await parts.guards.after({ ...edit, picture }, all.signal));
      pictures[index] = picture;
      board.post({ kind: 'picture', index, picture });
    };
    const runs = Array.from({ length: order.count }, (_, index) => runOne(index));
    await Promise.all(runs).catch(async (thrown: unknown) => {
      ended.abort();
      await Promise.allSettled(runs);
      throw thrown;
    });
    return { facts, pictures };
  } finally {
    lease.refund(plannedTokenSteps - computed);
    const end = { ...edit, pictures: pictures.filter(Boolean), maskedTokenSteps: computed };
    // Whoever waits for the answer need not wait for the books.
    setImmediate(() => parts.guards.ended(end));
  }
}

async function runIndex(
  parts: TaskParts,
  call: TaskCall,
  { prepared, index, board }: { readonly prepared: PreparedEdit; readonly index: number; readonly board: NewsBoard },
): Promise<EditedPicture> {
  const { order, caller, beganMs } = call;
  const { record, facts, route } = prepared;
  const { tenant } = caller;
  const { model } = facts;
  const seed = seedOf(order, tenant) + index;
  let firstPickMs: number | undefined;
  const done = await runResult(parts, {
    request: workerRequest({ ...parts.settings, order, record, tenant, model, index, seed, steps: prepared.steps }),
    pick: {
      editId: workerEditId({ tenant, requestId: order.requestId, index }),
      tenant,
      model,
      priority: order.priority,
      maskedTokens: facts.maskedTokens,
      tokens: facts.tokens,
      isDense: prepared.isDense,
      variants: prepared.variants,
      affinity: route,
      mustBeWarm: order.mustBeWarm,
      explain: order.explain,
    },
    steps: prepared.stepsToRun,
    deadlineAtMs: beganMs + order.deadlineMs,
    spans: call.spans,
    onPicked: () => {
      firstPickMs ??= parts.clock.now();
    },
    onNews: (news) => postNews(board, index, news),
    onMoved: (keptSteps) => board.post({ kind: 'moved', index, keptSteps }),
    signal: call.signal,
  });
  const { variant, variantBytes } = done.result;
  if (!prepared.isDense && variant !== '') parts.templates.used(record, { key: variant, bytes: variantBytes, route });
  return pictureOf(done, { seed, beganMs, pickedMs: firstPickMs ?? beganMs, nowMs: parts.clock.now() });
}

function postNews(board: NewsBoard, index: number, { queued, stepped, preview }: EditResponse__Output): void {
  if (queued) board.post({ kind: 'queued', index, position: queued.position, predictedMs: queued.predictedMs });
  if (stepped) board.post({ kind: 'stepped', index, done: stepped.done, total: stepped.total });
  if (preview) board.post({ kind: 'preview', index, done: preview.done, image: preview.picture });
}

function pictureOf(
  { result, picked, moves }: RunDone,
  at: { readonly seed: number; readonly beganMs: number; readonly pickedMs: number; readonly nowMs: number },
): EditedPicture {
  const { timings, width, height, cache, isMixed } = result;
  if (timings === null) throw new ServiceError('internal', 'a worker said no times');
  return {
    image: result.picture,
    width,
    height,
    seed: at.seed,
    cache: cacheOutcomes[cache],
    times: {
      gatewayMs: at.pickedMs - at.beganMs,
      prepareMs: timings.decodeMs + timings.templateMs + timings.encodeMs,
      queueMs: timings.queueMs,
      denoiseMs: timings.denoiseMs,
      decodeMs: timings.finishMs,
      totalMs: at.nowMs - at.beganMs,
    },
    worker: picked.worker,
    moves,
    isMixed,
    scores: picked.scores,
  };
}
