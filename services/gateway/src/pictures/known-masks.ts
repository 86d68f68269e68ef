import { createHash } from 'node:crypto';
import type { MaskCall, MaskFacts } from './picture-protocol.ts';

type Asked = Omit<MaskCall, 'fields'>;

/** Facts of masks that were looked at of late, by all that decides them: the same mask is sent for edit after edit. */
export class KnownMasks {
  readonly #entriesMax: number;
  /** In the order of their last use. */
  readonly #facts = new Map<string, MaskFacts>();

  constructor(entriesMax: number) {
    this.#entriesMax = entriesMax;
  }

  /** Undefined for a call whose answer is not kept: one without a mask of its own. */
  keyOf({ picture, mask, mode, grow, modelSide }: Asked): string | undefined {
    if (mask === undefined || picture instanceof Uint8Array) return undefined;
    const facts = [picture.width, picture.height, mode, grow, modelSide].join(' ');
    return createHash('sha256').update(facts).update('\n').update(mask).digest('base64');
  }

  find(key: string): MaskFacts | undefined {
    const found = this.#facts.get(key);
    if (found !== undefined) this.keep(key, found);
    return found;
  }

  keep(key: string, facts: MaskFacts): void {
    this.#facts.delete(key);
    this.#facts.set(key, facts);
    const [oldest] = this.#facts.keys();
    if (this.#facts.size > this.#entriesMax && oldest !== undefined) this.#facts.delete(oldest);
  }
}
