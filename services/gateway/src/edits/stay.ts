import { type Clock, EitherSignal, ServiceError } from '@instgenie/domain';
import type { EditRequest, EditResponse__Output, RpcClient, WorkerServiceDefinition } from '@instgenie/rpc';

type Result = NonNullable<EditResponse__Output['result']>;
type Checkpoint = NonNullable<EditResponse__Output['checkpoint']>;

/** How far an edit has come, over all its stays. */
export interface Progress {
  checkpoint: Checkpoint | undefined;
  stepsDone: number;
  /** Whether the worker of the running stay has it, and does not only let it wait for its place, as far as it has told. */
  wasAtWork: boolean;
}

export interface StayCall {
  readonly client: RpcClient<WorkerServiceDefinition>;
  readonly request: EditRequest;
  readonly deadlineMs: number;
  readonly traceparent: string | undefined;
  readonly clock: Clock;
  /** A worker that is silent for so long is lost. */
  readonly silentMs: number;
  readonly progress: Progress;
  readonly onNews: (news: EditResponse__Output) => void;
  readonly signal: AbortSignal;
}

/** Runs an edit on a worker, from its latest checkpoint if it has one. Rejects with how that failed. */
export async function stay(call: StayCall): Promise<Result> {
  const { client, request, progress, signal, clock, silentMs } = call;
  progress.wasAtWork = false;
  let isWaiting = false;
  const silence = new AbortController();
  using either = new EitherSignal(signal, silence.signal);
  const lost = () => silence.abort();
  let takeBack = clock.after(silentMs, lost);
  const resume = progress.checkpoint;
  const options = {
    deadlineMs: call.deadlineMs,
    signal: either.signal,
    ...(call.traceparent === undefined ? {} : { traceparent: call.traceparent }),
  };
  const events = client.stream('Edit', { ...request, ...(resume === undefined ? {} : { resume }) }, options);
  try {
    for (;;) {
      const { done, value: news } = await events.next();
      if (done === true) throw new ServiceError('internal', 'a worker ended an edit without a result');
      takeBack();
      takeBack = clock.after(silentMs, lost);
      isWaiting = isWaitingAfter(news, isWaiting);
      progress.wasAtWork = !isWaiting;
      if (news.result !== undefined && news.result !== null) {
        // The worker ends the call at once, which costs both sides less than cutting it off.
        events.next().catch(() => undefined);
        return news.result;
      }
      learn(progress, news);
      call.onNews(news);
    }
  } catch (thrown) {
    if (signal.aborted) giveUp(call);
    if (silence.signal.aborted && !signal.aborted) {
      throw new ServiceError('unavailable', `nothing was heard of the worker for ${silentMs} ms`, { cause: thrown });
    }
    throw thrown;
  } finally {
    takeBack();
  }
}

const cancelMs = 2000;

/** A worker keeps an edit whose call is gone for who joins it; one that nobody wants any more is ended by its name. */
function giveUp({ client, request: { tenant = '', editId = '' }, signal }: StayCall): void {
  const isLeft = signal.reason instanceof ServiceError && signal.reason.code === 'unavailable';
  if (isLeft) return;
  const options = { deadlineMs: cancelMs, signal: new AbortController().signal };
  client.unary('Cancel', { tenant, editId }, options).catch(() => undefined);
}

/** A worker that ends while an edit only waits there has not ended of it. */
function isWaitingAfter({ queued, admitted, stepped }: EditResponse__Output, wasWaiting: boolean): boolean {
  if (queued) return true;
  return wasWaiting && !admitted && !stepped;
}

function learn(progress: Progress, { checkpoint, stepped }: EditResponse__Output): void {
  if (checkpoint !== undefined && checkpoint !== null) progress.checkpoint = checkpoint;
  if (stepped !== undefined && stepped !== null) progress.stepsDone = Math.max(progress.stepsDone, stepped.done);
}
