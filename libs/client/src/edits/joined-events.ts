import type { EditEvent } from './edit.ts';

interface Seen {
  readonly steps: number;
  readonly preview: number;
  readonly hasPicture: boolean;
  /** Of the move that was told last. */
  readonly keptSteps: number | undefined;
  /** Whether that was in a stream before this one, which may tell it again. */
  readonly isMoveOld: boolean;
}

const nothing: Seen = { steps: -1, preview: -1, hasPicture: false, keptSteps: undefined, isMoveOld: false };

/** Makes one stream of events of several that tell of the same edit: it never goes back and never says a thing twice. */
export class JoinedEvents {
  readonly #results = new Map<number, Seen>();
  readonly #count: number;
  #isAccepted = false;

  /** `count` results are awaited. */
  constructor(count: number) {
    this.#count = count;
  }

  get isComplete(): boolean {
    return [...this.#results.values()].filter(({ hasPicture }) => hasPicture).length >= this.#count;
  }

  /** The edit is joined again: it may tell anew what was told. */
  rejoin(): void {
    for (const [index, seen] of this.#results) this.#results.set(index, { ...seen, isMoveOld: true });
  }

  /** Whether an event brings something new; it is remembered. */
  take(event: EditEvent): boolean {
    if (event.kind === 'accepted') {
      const isNew = !this.#isAccepted;
      this.#isAccepted = true;
      return isNew;
    }
    const seen = this.#results.get(event.index) ?? nothing;
    const next = after(seen, event);
    if (next !== undefined) this.#results.set(event.index, next);
    return next !== undefined;
  }
}

/** What was seen after an event; undefined where it brings nothing new. */
function after(seen: Seen, event: Exclude<EditEvent, { kind: 'accepted' }>): Seen | undefined {
  if (seen.hasPicture) return undefined;
  switch (event.kind) {
    case 'queued':
      return seen.steps < 0 || seen.keptSteps !== undefined ? seen : undefined;
    case 'progress':
      return event.done > seen.steps ? { ...seen, steps: event.done } : undefined;
    case 'preview':
      return event.done > seen.preview ? { ...seen, preview: event.done } : undefined;
    case 'moved':
      if (seen.isMoveOld && seen.keptSteps === event.keptSteps) return undefined;
      return { ...seen, keptSteps: event.keptSteps, isMoveOld: false };
    case 'picture':
      return { ...seen, hasPicture: true };
  }
}
