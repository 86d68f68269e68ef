import type { CallOptions, NamedCallOptions } from '../call-options.ts';
import { type Calls, goneIsDone } from '../retries/calls.ts';
import { defined, wholeNumber } from '../wire.ts';
import type { EditEvent, EditFacts, EditResult, EditSpec } from './edit.ts';
import { fromEvent, fromFacts, fromPicture, toSpec } from './edit-messages.ts';
import { JoinedEvents } from './joined-events.ts';

export interface EditOptions extends NamedCallOptions {
  /** Say in the answer why the worker was chosen. */
  readonly explain?: boolean | undefined;
}

export interface StreamEditOptions extends EditOptions {
  /** How many previews of each result, 0 to 8. */
  readonly previews?: number | undefined;
}

/** Edits that somebody waits for. */
export class EditCalls {
  readonly #calls: Calls;
  readonly #newId: () => string;

  constructor(calls: Calls, newId: () => string) {
    this.#calls = calls;
    this.#newId = newId;
  }

  async edit(spec: EditSpec, options: EditOptions = {}): Promise<EditResult> {
    const { requestId = this.#newId(), explain } = options;
    const request = { requestId, edit: toSpec(spec), ...defined({ explain }) };
    const answer = await this.#calls.once(({ edits }, wire) => edits.unary('Edit', request, wire), options);
    return {
      requestId: answer.requestId,
      pictures: answer.pictures.map(fromPicture),
      facts: fromFacts(answer.facts),
    };
  }

  async check(spec: EditSpec, options: CallOptions = {}): Promise<EditFacts> {
    const request = { edit: toSpec(spec), validateOnly: true };
    const answer = await this.#calls.once(({ edits }, wire) => edits.unary('Edit', request, wire), options);
    return fromFacts(answer.facts);
  }

  async *stream(spec: EditSpec, options: StreamEditOptions = {}): AsyncGenerator<EditEvent, void> {
    const { requestId = this.#newId(), explain } = options;
    const previews = wholeNumber('previews', options.previews);
    const request = { requestId, edit: toSpec(spec), ...defined({ explain, previews }) };
    const joined = new JoinedEvents(spec.count ?? 1);
    const messages = this.#calls.stream(
      ({ edits }, wire) => {
        joined.rejoin();
        return edits.stream('StreamEdit', request, wire);
      },
      { ...options, isComplete: () => joined.isComplete },
    );
    for await (const message of messages) {
      const event = fromEvent(message);
      if (event !== undefined && joined.take(event)) yield event;
    }
  }

  async cancel(requestId: string, options: CallOptions = {}): Promise<void> {
    await this.#calls.once(async ({ edits }, wire, wasSent) => {
      const answer = edits.unary('CancelEdit', { requestId }, wire);
      await (wasSent ? answer.catch(goneIsDone) : answer);
    }, options);
  }
}
