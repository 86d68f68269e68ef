import type { BlobStore } from '@instgenie/blobs';
import type { Clock, ServiceError } from '@instgenie/domain';
import { Flusher } from '../flusher.ts';
import { dayOf } from '../names.ts';
import type { AuditEvent } from './audit-event.ts';
import { SegmentText } from './audit-segment.ts';

export interface AuditLogSettings {
  readonly blobs: BlobStore;
  readonly clock: Clock;
  /** Milliseconds of the epoch. */
  readonly nowMs: () => number;
  /** The process's name, and of its run one that no other has. */
  readonly writer: string;
  readonly boot: string;
  /** What a crash loses at most. */
  readonly intervalMs: number;
  readonly onFailure: (failure: ServiceError) => void;
  /** Events of a segment; it is written anew each time, so it is short. */
  readonly eventsMax?: number;
  /** Segments that could not be written yet; what is above is lost, and its number written down. */
  readonly segmentsMax?: number;
}

/** Writes down who did what, in segments of chained lines. Lines are never changed. */
export class AuditLog implements AsyncDisposable {
  readonly #settings: Required<AuditLogSettings>;
  readonly #flusher: Flusher;
  /** Ended ones; oldest first. */
  readonly #waiting: SegmentText[] = [];
  #open: SegmentText | undefined;
  #writtenEvents = 0;
  #next = { number: 0, previous: null as string | null };
  #lost = 0;

  constructor(settings: AuditLogSettings) {
    this.#settings = { eventsMax: 500, segmentsMax: 64, ...settings };
    const { clock, intervalMs, onFailure } = settings;
    this.#flusher = new Flusher({ clock, intervalMs, onFailure, flush: () => this.#write() });
  }

  /** It is in the blob store after the interval, or after `flush`. Never throws. */
  record(event: AuditEvent): void {
    const { nowMs, segmentsMax } = this.#settings;
    this.#flusher.touch();
    if (this.#waiting.length >= segmentsMax) {
      this.#lost++;
      return;
    }
    if (this.#lost > 0) {
      const facts = { count: this.#lost };
      this.#lost = 0;
      this.#append({ action: 'audit.lost', tenant: '', by: 'service', subject: '', facts }, nowMs());
    }
    this.#append(event, nowMs());
  }

  /** Writes what has been recorded. Rejects where the blob store does. */
  flush(): Promise<void> {
    return this.#flusher.flush();
  }

  /** Ends its last segment, and writes it. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#endSegment();
    await this.#flusher[Symbol.asyncDispose]();
  }

  #append(event: AuditEvent, nowMs: number): void {
    const day = dayOf(nowMs);
    // Later only: a clock that goes back changes no name.
    if (this.#open !== undefined && day > this.#open.day) this.#endSegment();
    const { writer, boot, eventsMax } = this.#settings;
    this.#open ??= new SegmentText({ writer, boot, day, ...this.#next });
    this.#open.append(new Date(nowMs).toISOString(), { ...event, subject: event.subject.slice(0, 200) });
    if (this.#open.events >= eventsMax) this.#endSegment();
  }

  #endSegment(): void {
    if (this.#open === undefined) return;
    this.#next = { number: this.#next.number + 1, previous: this.#open.end() };
    this.#waiting.push(this.#open);
    this.#open = undefined;
    this.#writtenEvents = 0;
  }

  async #write(): Promise<void> {
    for (let first = this.#waiting[0]; first !== undefined; first = this.#waiting[0]) {
      await this.#put(first);
      this.#waiting.shift();
    }
    const open = this.#open;
    const events = open?.events ?? 0;
    if (open === undefined || events === this.#writtenEvents) return;
    await this.#put(open);
    if (this.#open === open) this.#writtenEvents = events;
  }

  async #put(segment: SegmentText): Promise<void> {
    await this.#settings.blobs.put(segment.blob, Buffer.from(segment.text));
  }
}
