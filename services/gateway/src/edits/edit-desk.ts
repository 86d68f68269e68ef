import { ServiceError } from '@instgenie/domain';
import { RetryError } from '@instgenie/rpc';
import type { Caller } from '@instgenie/tenants';
import { Answers } from './answers.ts';
import type { EditOrder } from './edit-order.ts';
import type { EditSpans } from './edit-spans.ts';
import { runTask, type TaskParts } from './edit-task.ts';
import type { CallFacts, EditAnswer, EditedPicture, EditFacts, Editing, EditNews } from './editing.ts';
import { NewsBoard } from './news-board.ts';
import { prepareEdit } from './prepare-edit.ts';
import { orderDigest } from './worker-request.ts';

export interface DeskSettings {
  readonly atOnceMax: number;
  readonly answersMs: number;
  readonly answerBytesMax: number;
  readonly orphanMs: number;
}

/** How an edit ended that this gateway ran. */
export interface EditEnd {
  readonly order: EditOrder;
  readonly caller: Caller;
  readonly answer: EditAnswer | undefined;
  readonly error: ServiceError | undefined;
  readonly ms: number;
}

/** Where edits are told of: spans, metrics, log. */
export interface EditWatch {
  /** An edit begins: what hears of its parts and of its end. */
  begin(order: EditOrder, call: CallFacts): { readonly spans: EditSpans; readonly end: (end: EditEnd) => void };
}

interface Entry {
  readonly digest: string;
  readonly board: NewsBoard;
  readonly answer: Promise<EditAnswer>;
  readonly cancel: (reason: ServiceError) => void;
}

const fullMs = 250;

/** Edits of a gateway: each runs once, however often and by whom of its tenant it is asked for. */
export class EditDesk implements Editing {
  readonly #parts: TaskParts;
  readonly #settings: DeskSettings;
  readonly #watch: EditWatch;
  readonly #answers: Answers;
  readonly #here = new Map<string, Entry>();

  constructor(parts: TaskParts, settings: DeskSettings, watch: EditWatch) {
    this.#parts = parts;
    this.#settings = settings;
    this.#watch = watch;
    this.#answers = new Answers(parts.clock, { keptMs: settings.answersMs, bytesMax: settings.answerBytesMax });
  }

  /** Edits that run. */
  get count(): number {
    return this.#here.size;
  }

  async check(order: EditOrder, call: CallFacts): Promise<EditFacts> {
    return (await prepareEdit(this.#parts, order, call)).facts;
  }

  async *watch(order: EditOrder, call: CallFacts): AsyncGenerator<EditNews, void> {
    const key = keyOf(call.caller, order.requestId);
    const digest = orderDigest(order);
    const known = this.#answers.find(key);
    if (known !== undefined) {
      requireSame(known, digest);
      yield* newsOf(known.answer);
      return;
    }
    const here = this.#here.get(key);
    if (here !== undefined) requireSame(here, digest);
    const entry = here ?? this.#start(key, { order, digest, call });
    yield* entry.board.read(call.signal);
  }

  async run(order: EditOrder, call: CallFacts): Promise<EditAnswer> {
    let facts: EditFacts | undefined;
    const pictures: EditedPicture[] = [];
    for await (const news of this.watch({ ...order, previews: 0 }, call)) {
      if (news.kind === 'accepted') facts = news.facts;
      if (news.kind === 'picture') pictures[news.index] = news.picture;
    }
    if (facts === undefined) throw new ServiceError('internal', 'an edit ended without an answer');
    return { facts, pictures };
  }

  cancel(requestId: string, caller: Caller): void {
    const entry = this.#here.get(keyOf(caller, requestId));
    if (entry === undefined) {
      throw new ServiceError('not-found', 'request_id: no edit of this name runs here', { field: 'request_id' });
    }
    entry.cancel(new ServiceError('cancelled', 'the edit was cancelled'));
  }

  /** Settles when no edit runs any more. */
  async empty(): Promise<void> {
    while (this.#here.size > 0) await Promise.allSettled([...this.#here.values()].map(({ answer }) => answer));
  }

  /** Ends all edits: the gateway goes. */
  endAll(): void {
    const reason = new RetryError('unavailable', 'the gateway is leaving; send the edit again', { retryAfterMs: 0 });
    for (const { cancel } of this.#here.values()) cancel(reason);
  }

  #start(
    key: string,
    { order, digest, call }: { readonly order: EditOrder; readonly digest: string; readonly call: CallFacts },
  ): Entry {
    const { clock } = this.#parts;
    const { caller } = call;
    const { spans, end } = this.#watch.begin(order, call);
    if (this.#here.size >= this.#settings.atOnceMax) {
      const text = `${this.#settings.atOnceMax} edits are here already; try again later`;
      const error = new RetryError('overloaded', text, { field: 'edits', retryAfterMs: fullMs });
      end({ order, caller, answer: undefined, error, ms: 0 });
      throw error;
    }
    const beganMs = clock.now();
    const stop = new AbortController();
    const cancel = (reason: ServiceError) => stop.abort(reason);
    const stopLate = clock.after(order.deadlineMs, () => cancel(late()));
    let stopOrphan = () => undefined as void;
    const board = new NewsBoard((readers) => {
      stopOrphan();
      const leave = () => cancel(new ServiceError('cancelled', 'nobody waits for the edit'));
      stopOrphan = readers === 0 ? clock.after(this.#settings.orphanMs, leave) : () => undefined;
    });
    const run = async () => {
      try {
        const answer = await runTask(this.#parts, { order, caller, beganMs, spans, signal: stop.signal }, board);
        this.#answers.keep(key, { digest, answer });
        const ms = clock.now() - beganMs;
        board.end();
        end({ order, caller, answer, error: undefined, ms });
        return answer;
      } catch (thrown) {
        const error = ServiceError.from(stop.signal.aborted ? stop.signal.reason : thrown);
        end({ order, caller, answer: undefined, error, ms: clock.now() - beganMs });
        board.end(error);
        throw error;
      } finally {
        this.#here.delete(key);
        stopLate();
        stopOrphan();
      }
    };
    const answer = run();
    answer.catch(() => undefined);
    const entry = { digest, board, answer, cancel };
    this.#here.set(key, entry);
    return entry;
  }
}

function late(): ServiceError {
  return new ServiceError('deadline', 'the edit was not done by its deadline');
}

/** Tenants may choose the same names. */
function keyOf({ tenant }: Caller, requestId: string): string {
  return `${tenant.length}:${tenant}/${requestId}`;
}

function requireSame(known: { readonly digest: string }, digest: string): void {
  if (known.digest === digest) return;
  throw new ServiceError('conflict', 'request_id: another edit has this one', { field: 'request_id' });
}

function* newsOf({ facts, pictures }: EditAnswer): Generator<EditNews, void> {
  yield { kind: 'accepted', facts };
  for (const [index, picture] of pictures.entries()) yield { kind: 'picture', index, picture };
}
