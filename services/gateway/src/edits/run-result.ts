import { setTimeout as pause } from 'node:timers/promises';
import { type Clock, ServiceError } from '@instgenie/domain';
import { type EditRequest, type EditResponse__Output, RetryError } from '@instgenie/rpc';
import type { EditEnding, Fleet, Picked, PickOrder } from '../fleet/fleet.ts';
import { afterFailure, type Failure, failureKind } from './after-failure.ts';
import { type EditSpans, inSpan } from './edit-spans.ts';
import type { RetryBudget } from './retry-budget.ts';
import { type Progress, stay } from './stay.ts';

type Result = NonNullable<EditResponse__Output['result']>;

export interface RunParts {
  readonly fleet: Pick<Fleet, 'pick' | 'report' | 'worker'>;
  readonly clock: Clock;
  readonly budget: RetryBudget;
  /** A worker that is silent for so long is lost. */
  readonly silentMs: number;
}

/** One result that is to be computed. */
export interface ResultRun {
  readonly request: EditRequest;
  /** Without what the attempts change. */
  readonly pick: Omit<PickOrder, 'deadlineMs' | 'excluded' | 'steps'>;
  readonly steps: number;
  /** On the clock. */
  readonly deadlineAtMs: number;
  readonly spans: EditSpans;
  readonly onPicked: (picked: Picked) => void;
  readonly onNews: (news: EditResponse__Output) => void;
  /** It goes on elsewhere, from so many steps. */
  readonly onMoved: (keptSteps: number) => void;
  readonly signal: AbortSignal;
}

export interface RunDone {
  readonly result: Result;
  readonly picked: Picked;
  readonly moves: number;
}

/** While all workers that could take an edit have just failed it, they are asked again after this time. */
const nobodyMs = 250;

/** Runs one result on a worker, and on another one when that is lost or leaves, from its latest checkpoint. */
export async function runResult(parts: RunParts, run: ResultRun): Promise<RunDone> {
  const { budget, clock } = parts;
  const progress: Progress = { checkpoint: undefined, stepsDone: 0, wasAtWork: false };
  const failures: Failure[] = [];
  let excluded: readonly string[] = [];
  budget.earn();
  for (;;) {
    const picked = await pickWorker(parts, run, { progress, excluded });
    if (picked === undefined) {
      const last = failures.at(-1)?.error;
      if (last?.code === 'overloaded') throw last;
      // Those that were lost or have left may be back.
      excluded = [];
      await pause(nobodyMs, undefined, { signal: run.signal });
      continue;
    }
    run.onPicked(picked);
    try {
      const result = await stayOn(parts, run, { picked, progress });
      return { result, picked, moves: failures.length };
    } catch (thrown) {
      run.signal.throwIfAborted();
      const error = ServiceError.from(thrown);
      failures.push({ error, wasAtWork: progress.wasAtWork, stepsDone: progress.stepsDone });
      const next = afterFailure(failures);
      if (next.kind === 'poison') throw poison(error);
      if (next.kind === 'give up') throw given(error);
      if (next.isRetry && !budget.spend()) throw given(error);
      if (clock.now() >= run.deadlineAtMs) throw late();
      excluded = [...excluded, picked.worker];
      run.onMoved(progress.checkpoint?.stepsDone ?? 0);
    }
  }
}

/** Undefined where only workers that have failed it are there. */
async function pickWorker(
  { fleet, clock }: RunParts,
  { pick, steps, deadlineAtMs, spans, signal }: ResultRun,
  { progress, excluded }: { readonly progress: Progress; readonly excluded: readonly string[] },
): Promise<Picked | undefined> {
  const deadlineMs = deadlineAtMs - clock.now();
  if (deadlineMs <= 0) throw late();
  const stepsLeft = Math.max(1, steps - (progress.checkpoint?.stepsDone ?? 0));
  try {
    return await inSpan(spans, { part: 'pick' }, async (span) => {
      const order = { ...pick, steps: stepsLeft, deadlineMs, excluded, traceparent: span.traceparent };
      const picked = await fleet.pick(order, signal);
      span.note({ 'instgenie.worker': picked.worker, 'instgenie.predicted_ms': Math.round(picked.predictedMs) });
      return picked;
    });
  } catch (thrown) {
    const isNobody = thrown instanceof ServiceError && thrown.code === 'unavailable';
    if (isNobody && excluded.length > 0) return undefined;
    throw thrown;
  }
}

async function stayOn(
  { fleet, clock, silentMs }: RunParts,
  run: ResultRun,
  { picked, progress }: { readonly picked: Picked; readonly progress: Progress },
): Promise<Result> {
  const beganMs = clock.now();
  let ending: EditEnding['ending'] = 'cancelled';
  try {
    const facts = { 'instgenie.worker': picked.worker, 'instgenie.steps_kept': progress.checkpoint?.stepsDone ?? 0 };
    const result = await inSpan(run.spans, { part: 'stay', facts }, ({ traceparent }) =>
      stay({
        client: fleet.worker(picked.address),
        request: run.request,
        deadlineMs: Math.max(1, run.deadlineAtMs - beganMs),
        traceparent,
        clock,
        silentMs,
        progress,
        onNews: run.onNews,
        signal: run.signal,
      }),
    );
    ending = 'done';
    return result;
  } catch (thrown) {
    if (!run.signal.aborted) ending = endingOf(ServiceError.from(thrown));
    throw thrown;
  } finally {
    const { worker, predictedMs } = picked;
    fleet.report({ editId: run.pick.editId, worker, ending, tookMs: clock.now() - beganMs, predictedMs });
  }
}

function endingOf(error: ServiceError): EditEnding['ending'] {
  const kind = failureKind(error);
  if (kind === 'final') return 'cancelled';
  return kind === 'lost' ? 'failed' : 'refused';
}

function poison(cause: ServiceError): ServiceError {
  const text = 'edit: two workers ended while they ran it, so it is not tried again (POISON_REQUEST)';
  return new ServiceError('conflict', text, { field: 'edit', cause });
}

/** What a caller is told of an edit that is tried no more: `internal` and lost connections are worth another call. */
function given(error: ServiceError): ServiceError {
  if (failureKind(error) !== 'lost') return error;
  const text = 'the workers that ran the edit were lost; send it again';
  return new RetryError('unavailable', text, { retryAfterMs: 1000, cause: error });
}

function late(): ServiceError {
  return new ServiceError('deadline', 'the edit was not done by its deadline');
}
