/** Something that takes room and saves time as long as it is kept. */
export interface Evictable {
  readonly id: string;
  readonly bytes: number;
  /** Milliseconds that one use of it saves, against getting it from the next slower tier. */
  readonly savedMs: number;
}

/** Decides what to give up when room is needed. Knows no clock: every call says what time it is. */
export interface EvictionPolicy {
  readonly name: string;
  add(entry: Evictable, nowMs: number): void;
  /** Counts a use; unknown ids are ignored. */
  use(id: string, nowMs: number): void;
  remove(id: string): void;
  /** What to give up next among those that may go; removes nothing. Undefined when nothing may go. */
  victim(mayGo: (id: string) => boolean, nowMs: number): string | undefined;
}
