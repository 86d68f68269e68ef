const utf8 = new TextEncoder();

/** Graphemes of this many bytes or more are looked up character by character only. */
const graphemeBytesMax = 6;

/**
 * SentencePiece's precompiled normalisation (NFKC and rules of its own): a double-array trie from UTF-8 prefixes to
 * replacements. Layout: u32 bytes of the trie, its u32 units, then the replacements, each ended by a zero byte.
 */
export class CharsMap {
  readonly #units: Uint32Array;
  readonly #replacements: Uint8Array;
  readonly #graphemes = new Intl.Segmenter('und', { granularity: 'grapheme' });

  /** Throws RangeError if the bytes are not of this layout. */
  constructor(bytes: Uint8Array) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const trieBytes = view.getUint32(0, true);
    if (trieBytes % 4 !== 0 || trieBytes > bytes.length - 4) throw new RangeError('false length of the trie');
    this.#units = Uint32Array.from({ length: trieBytes / 4 }, (_, at) => view.getUint32(4 + 4 * at, true));
    this.#replacements = bytes.subarray(4 + trieBytes);
  }

  /**
   * Replaces by grapheme, else by character, each by its **shortest** known prefix: so do the tokenizers whose ids
   * models were trained with, although the rest of a grapheme is lost then.
   */
  normalize(text: string): string {
    let result = '';
    for (const { segment } of this.#graphemes.segment(text)) {
      const whole = this.#lookUp(segment);
      if (whole === undefined) for (const char of segment) result += this.#lookUp(char) ?? char;
      else result += whole;
    }
    return result;
  }

  #lookUp(part: string): string | undefined {
    if (part.length >= graphemeBytesMax) return undefined;
    const key = utf8.encode(part);
    return key.length < graphemeBytesMax ? this.#replacement(key) : undefined;
  }

  /** Walks the trie to the first key that is a prefix of `key`. Units beyond the trie end the walk. */
  #replacement(key: Uint8Array): string | undefined {
    let at = childrenOf(this.#units[0] ?? 0);
    for (const byte of key) {
      if (byte === 0) return undefined;
      at ^= byte;
      const unit = this.#units[at];
      if (unit === undefined || labelOf(unit) !== byte) return undefined;
      at ^= childrenOf(unit);
      if (hasLeaf(unit)) return this.#text((this.#units[at] ?? 0) & 0x7fffffff);
    }
    return undefined;
  }

  #text(begin: number): string {
    const end = this.#replacements.indexOf(0, begin);
    return new TextDecoder().decode(this.#replacements.subarray(begin, end < 0 ? undefined : end));
  }
}

/** Bits of a unit: 31 and 0-7 label, 8 has a leaf, 9 the offset is 256 times larger, 10-30 offset. */
function labelOf(unit: number): number {
  return (unit & 0x800000ff) >>> 0;
}
function hasLeaf(unit: number): boolean {
  return (unit & 0x100) !== 0;
}
function childrenOf(unit: number): number {
  return (unit >>> 10) << ((unit & 0x200) >>> 6);
}
