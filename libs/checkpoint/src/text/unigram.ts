interface Node {
  readonly children: Map<number, Node>;
  /** The piece that ends here. */
  id: number | undefined;
}

/** How much worse than the worst piece an unknown character is. */
const unknownPenalty = 10;

/**
 * SentencePiece's unigram model: cuts a word into the pieces with the highest sum of scores (Viterbi).
 * Time grows with the word's length times the longest piece's; memory with the word's length.
 */
export class Unigram {
  readonly #root: Node = { children: new Map(), id: undefined };
  readonly #scores: Float64Array;
  readonly #unknownId: number;
  readonly #unknownScore: number;

  /** `pieces[id]` is a piece and its score, a log probability. */
  constructor(pieces: readonly (readonly [string, number])[], unknownId: number) {
    this.#scores = Float64Array.from(pieces, ([, score]) => score);
    this.#unknownId = unknownId;
    this.#unknownScore = this.#scores.reduce((least, score) => Math.min(least, score), Infinity) - unknownPenalty;
    for (const [id, [piece]] of pieces.entries()) this.#add(piece, id);
  }

  /** Ids of the best pieces. Unknown characters in a row become one unknown id. Of equal sums the first found wins. */
  encode(word: string): readonly number[] {
    const best = new Float64Array(word.length + 1).fill(-Infinity);
    const begins = new Int32Array(word.length + 1);
    const ids = new Int32Array(word.length + 1);
    best[0] = 0;
    for (let begin = 0, next = 0; begin < word.length; begin = next) {
      next = begin + ((word.codePointAt(begin) ?? 0) > 0xffff ? 2 : 1);
      const sum = best[begin] ?? 0;
      const offer = (end: number, id: number, score: number): void => {
        if (sum + score <= (best[end] ?? 0)) return;
        best[end] = sum + score;
        begins[end] = begin;
        ids[end] = id;
      };
      let isKnown = false;
      for (const { id, end } of this.#piecesAt(word, begin)) {
        offer(end, id, this.#scores[id] ?? 0);
        if (end === next) isKnown = true;
      }
      if (!isKnown) offer(next, this.#unknownId, this.#unknownScore);
    }
    return this.#walkBack(begins, ids);
  }

  /** The pieces that `word` continues with at `begin`, shortest first. */
  *#piecesAt(word: string, begin: number): Generator<{ readonly id: number; readonly end: number }, void> {
    let node = this.#root.children.get(word.charCodeAt(begin));
    for (let end = begin + 1; node !== undefined; end++) {
      if (node.id !== undefined) yield { id: node.id, end };
      node = node.children.get(word.charCodeAt(end));
    }
  }

  #walkBack(begins: Int32Array, ids: Int32Array): readonly number[] {
    const result: number[] = [];
    for (let end = ids.length - 1; end > 0; end = begins[end] ?? 0) {
      const id = ids[end] ?? 0;
      if (id !== this.#unknownId || result.at(-1) !== id) result.push(id);
    }
    return result.toReversed();
  }

  #add(piece: string, id: number): void {
    if (piece === '') return;
    let node = this.#root;
    for (let at = 0; at < piece.length; at++) {
      const unit = piece.charCodeAt(at);
      let child = node.children.get(unit);
      if (child === undefined) {
        child = { children: new Map(), id: undefined };
        node.children.set(unit, child);
      }
      node = child;
    }
    node.id = id;
  }
}
