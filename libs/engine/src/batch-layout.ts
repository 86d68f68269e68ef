import assert from 'node:assert/strict';
import { type Mode, otherRows } from '@instgenie/domain';

/** A request as the layout of a batch sees it. */
export interface Member {
  /** Image tokens of the picture, L. */
  readonly tokens: number;
  /** Text rows, T. */
  readonly textRows: number;
  /** M: the masked tokens, ascending and not empty. */
  readonly rows: Int32Array;
}

/** Rows that a request brings to a block. */
export interface MemberRows {
  /** Tokens whose rows are computed, in order; the last one may be there twice. */
  readonly fresh: Int32Array;
  /** Tokens whose stored hidden state is projected to keys and values. */
  readonly projected: Int32Array;
}

const none = new Int32Array(0);

/**
 * Whether a block computes the text rows, or only takes keys and values of them: the last block's text rows go nowhere.
 */
export type TextUse = 'fresh' | 'projected';

/**
 * Which tokens a block computes and projects for a request.
 *
 * Computed rows are repeated until there are two, and until the rows that give queries are even: kernels have another
 * order of sums for a single row, and attention works through queries in blocks of an even number of rows. A repeated
 * row computes the same bits again and stores them in the same place.
 */
export function memberRows({ tokens, textRows, rows }: Member, mode: Mode, text: TextUse): MemberRows {
  assert(rows.length > 0, 'memberRows: nothing is masked');
  assert(textRows > 1, 'memberRows: a lone text row would be computed by another kernel than in a batch');
  const besides = text === 'fresh' ? textRows : 0;
  switch (mode) {
    case 'full':
      return { fresh: padded(range(tokens), besides), projected: none };
    case 'x':
      return { fresh: padded(rows, besides), projected: otherRows(rows, tokens) };
    case 'kv':
      return { fresh: padded(rows, besides), projected: none };
    default:
      throw new RangeError(`unknown mode ${String(mode satisfies never)}`);
  }
}

function range(length: number): Int32Array {
  return Int32Array.from({ length }, (_, at) => at);
}

function padded(rows: Int32Array, besides: number): Int32Array {
  const length = rows.length === 1 ? 2 + (besides % 2) : rows.length + ((rows.length + besides) % 2);
  if (length === rows.length) return rows;
  const result = new Int32Array(length).fill(rows[rows.length - 1] ?? 0);
  result.set(rows);
  return result;
}

/** A request in a batch: its tokens at a block, and where its rotary angles start in the batch's table. */
export interface PlacedMember extends MemberRows {
  readonly tokens: number;
  readonly textRows: number;
  readonly rotaryBase: number;
}

/**
 * How the rows of several requests lie in one packed matrix: first rows that give queries, keys and values (text rows
 * of every request, fresh image rows of every request), then projected rows, which give keys and values alone (text
 * rows, if they are projected, and image rows). The arrays are the graphs' index inputs (int64).
 */
export interface BatchLayout {
  readonly members: readonly PlacedMember[];
  /** Fresh text rows, before the image rows; 0 where text is projected. */
  readonly textCount: number;
  /** Fresh image rows. */
  readonly imageCount: number;
  readonly projectedCount: number;
  /** First row of each member's text, fresh image and projected image rows in the packed matrix. */
  readonly textFrom: readonly number[];
  readonly imageFrom: readonly number[];
  readonly projectedFrom: readonly number[];
  /** [requests, 8]: fresh text from, to; fresh image from, to; from, to of its parts of `own` and of `order`. */
  readonly spans: BigInt64Array;
  /** For each request, its rows of the packed matrix, ascending. */
  readonly own: BigInt64Array;
  /**
   * For each request, for each head, for each of its text rows and tokens: row x heads + head, where row counts the
   * request's own rows and then its stored rows.
   */
  readonly order: BigInt64Array;
  /** [all rows]: index into the rotary table, 0 for text. */
  readonly rotary: BigInt64Array;
  /** [all rows]: which request a row belongs to. */
  readonly owner: BigInt64Array;
}

/** Lays out a batch. Pure: the same members give the same arrays. */
export function batchLayout(
  members: readonly PlacedMember[],
  { heads, text }: { readonly heads: number; readonly text: TextUse },
): BatchLayout {
  const textLengths = members.map(({ textRows }) => textRows);
  const imageLengths = members.map(({ fresh }) => fresh.length);
  const otherLengths = members.map(({ projected }) => projected.length);
  const [allText, imageCount, others] = [sum(textLengths), sum(imageLengths), sum(otherLengths)];
  const textCount = text === 'fresh' ? allText : 0;
  const textFrom = starts(text === 'fresh' ? 0 : imageCount, textLengths);
  const imageFrom = starts(textCount, imageLengths);
  const projectedFrom = starts(allText + imageCount, otherLengths);
  const total = allText + imageCount + others;

  const keyCounts = members.map(({ textRows, tokens }) => textRows + tokens);
  const ownCounts = members.map(({ textRows, fresh, projected }) => textRows + fresh.length + projected.length);
  const ownFrom = starts(0, ownCounts);
  const orderFrom = starts(
    0,
    keyCounts.map((keys) => keys * heads),
  );
  const spans = indices(members.length * 8);
  const rotary = indices(total);
  const owner = indices(total);
  const own = indices(total);
  const order = indices(sum(keyCounts) * heads);
  for (const [request, { tokens, textRows, fresh, projected, rotaryBase }] of members.entries()) {
    const [textAt, imageAt, otherAt] = [textFrom[request] ?? 0, imageFrom[request] ?? 0, projectedFrom[request] ?? 0];
    const keys = textRows + tokens;
    const first = orderFrom[request] ?? 0;
    const textSpan = text === 'fresh' ? [textAt, textAt + textRows] : [0, 0];
    const ownAt = ownFrom[request] ?? 0;
    const ownCount = ownCounts[request] ?? 0;
    const span = [...textSpan, imageAt, imageAt + fresh.length, ownAt, ownAt + ownCount, first, first + keys * heads];
    for (const [at, value] of span.entries()) spans.set(request * 8 + at, value);
    const rows = Int32Array.from({ length: keys }, (_, key) => ownCount + key - textRows);
    const ownText = text === 'fresh' ? 0 : fresh.length;
    for (let row = 0; row < textRows; row++) {
      own.set(ownAt + ownText + row, textAt + row);
      rows[row] = ownText + row;
    }
    const place = (placed: Int32Array, { from, ownRow }: { readonly from: number; readonly ownRow: number }) => {
      for (const [at, token] of placed.entries()) {
        own.set(ownAt + ownRow + at, from + at);
        rows[textRows + token] = ownRow + at;
        rotary.set(from + at, rotaryBase + token);
      }
    };
    place(fresh, { from: imageAt, ownRow: text === 'fresh' ? textRows : 0 });
    place(projected, { from: otherAt, ownRow: textRows + fresh.length });
    for (let head = 0; head < heads; head++) {
      for (let key = 0; key < keys; key++) order.set(first + head * keys + key, (rows[key] ?? 0) * heads + head);
    }
    owner.fill(request, textAt, textAt + textRows);
    owner.fill(request, imageAt, imageAt + fresh.length);
    owner.fill(request, otherAt, otherAt + projected.length);
  }
  return {
    members,
    textCount,
    imageCount,
    projectedCount: total - textCount - imageCount,
    textFrom,
    imageFrom,
    projectedFrom,
    spans: spans.values,
    own: own.values,
    order: order.values,
    rotary: rotary.values,
    owner: owner.values,
  };
}

/** int64 values below 2^31, written through their low words: converting to bigint would cost more than the layout. */
function indices(length: number) {
  const values = new BigInt64Array(length);
  const words = new Int32Array(values.buffer);
  return {
    values,
    set: (at: number, value: number) => {
      words[2 * at] = value;
    },
    fill: (value: number, from: number, to: number) => {
      for (let at = from; at < to; at++) words[2 * at] = value;
    },
  };
}

function starts(first: number, lengths: readonly number[]): readonly number[] {
  let at = first;
  return lengths.map((length) => {
    const from = at;
    at += length;
    return from;
  });
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
