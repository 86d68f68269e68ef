import type { Clock } from '@instgenie/domain';
import type { EditAnswer } from './editing.ts';

interface Entry {
  readonly digest: string;
  readonly answer: EditAnswer;
  readonly bytes: number;
  readonly endsMs: number;
}

/** Answers that are given again to who asks again; the oldest ones go when their time or the memory is over. */
export class Answers {
  readonly #clock: Clock;
  readonly #settings: { readonly keptMs: number; readonly bytesMax: number };
  /** In the order in which they end. */
  readonly #entries = new Map<string, Entry>();
  #bytes = 0;

  constructor(clock: Clock, settings: { readonly keptMs: number; readonly bytesMax: number }) {
    this.#clock = clock;
    this.#settings = settings;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** The answer, and the digest of the request that it is for. */
  find(key: string): Pick<Entry, 'answer' | 'digest'> | undefined {
    this.#expire();
    return this.#entries.get(key);
  }

  keep(key: string, { digest, answer }: Pick<Entry, 'answer' | 'digest'>): void {
    const bytes = answer.pictures.reduce((sum, { image }) => sum + image.length, 1000);
    if (bytes > this.#settings.bytesMax) return;
    this.#remove(key);
    this.#entries.set(key, {
      digest,
      answer: detached(answer),
      bytes,
      endsMs: this.#clock.now() + this.#settings.keptMs,
    });
    this.#bytes += bytes;
    for (const oldest of this.#entries.keys()) {
      if (this.#bytes <= this.#settings.bytesMax) break;
      this.#remove(oldest);
    }
  }

  #expire(): void {
    const now = this.#clock.now();
    for (const [key, { endsMs }] of this.#entries) {
      if (endsMs > now) return;
      this.#remove(key);
    }
  }

  #remove(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    this.#bytes -= entry.bytes;
  }
}

/** Small files are parts of a buffer that they came in with others, and would keep all of it. */
function detached(answer: EditAnswer): EditAnswer {
  const pictures = answer.pictures.map((picture) => {
    const { image } = picture;
    return image.buffer.byteLength <= 2 * image.length
      ? picture
      : { ...picture, image: Buffer.from(Uint8Array.from(image).buffer) };
  });
  return { ...answer, pictures };
}
