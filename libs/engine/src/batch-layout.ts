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
 * Which tokens a block computes and projects for a request.
 *
 * Computed rows are repeated until there are two, and until text and image rows are even together: kernels have
 * another order of sums for a single row, and attention works through queries in blocks of an even number of rows.
 * A repeated row computes the same bits again and stores them in the same place.
 */
export function memberRows({ tokens, textRows, rows }: Member, mode: Mode): MemberRows {
  assert(rows.length > 0, 'memberRows: nothing is masked');
  assert(textRows > 1, 'memberRows: a lone text row would be computed by another kernel than in a batch');
  switch (mode) {
    case 'full':
      return {
        fresh: padded(
          Int32Array.from({ length: tokens }, (_, token) => token),
          textRows,
        ),
        projected: none,
      };
    case 'x':
      return { fresh: padded(rows, textRows), projected: otherRows(rows, tokens) };
    case 'kv':
      return { fresh: padded(rows, textRows), projected: none };
    default:
      throw new RangeError(`unknown mode ${String(mode satisfies never)}`);
  }
}

function padded(rows: Int32Array, textRows: number): Int32Array {
  const length = rows.length === 1 ? 2 + (textRows % 2) : rows.length + ((rows.length + textRows) % 2);
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
 * How the rows of several requests lie in one packed matrix: text rows of every request, then fresh image rows of
 * every request, then projected rows of every request. The arrays are the graphs' index inputs (int64).
 */
export interface BatchLayout {
  readonly members: readonly PlacedMember[];
  readonly textCount: number;
  /** Fresh image rows. */
  readonly imageCount: number;
  readonly projectedCount: number;
  /** First row of each member's text, fresh image and projected rows in the packed matrix. */
  readonly textFrom: readonly number[];
  readonly imageFrom: readonly number[];
  readonly projectedFrom: readonly number[];
  /** [requests, 6]: text from, to; fresh image from, to; from, to of its part of `order`. */
  readonly spans: BigInt64Array;
  /**
   * For each request, for each head, for each of its text rows and tokens: row x heads + head, where row counts the
   * packed matrix and then the request's stored rows.
   */
  readonly order: BigInt64Array;
  /** [all rows]: index into the rotary table, 0 for text. */
  readonly rotary: BigInt64Array;
  /** [all rows]: which request a row belongs to. */
  readonly owner: BigInt64Array;
}

/** Lays out a batch. Pure: the same members give the same arrays. */
export function batchLayout(members: readonly PlacedMember[], heads: number): BatchLayout {
  const textCount = sum(members.map(({ textRows }) => textRows));
  const imageCount = sum(members.map(({ fresh }) => fresh.length));
  const projectedCount = sum(members.map(({ projected }) => projected.length));
  const textFrom = starts(
    0,
    members.map(({ textRows }) => textRows),
  );
  const imageFrom = starts(
    textCount,
    members.map(({ fresh }) => fresh.length),
  );
  const projectedFrom = starts(
    textCount + imageCount,
    members.map(({ projected }) => projected.length),
  );
  const total = textCount + imageCount + projectedCount;

  const keyCounts = members.map(({ textRows, tokens }) => textRows + tokens);
  const orderFrom = starts(
    0,
    keyCounts.map((keys) => keys * heads),
  );
  const spans = indices(members.length * 6);
  const rotary = indices(total);
  const owner = indices(total);
  const order = indices(sum(keyCounts) * heads);
  for (const [request, { tokens, textRows, fresh, projected, rotaryBase }] of members.entries()) {
    const [text, image, other] = [textFrom[request] ?? 0, imageFrom[request] ?? 0, projectedFrom[request] ?? 0];
    const keys = textRows + tokens;
    const first = orderFrom[request] ?? 0;
    const span = [text, text + textRows, image, image + fresh.length, first, first + keys * heads];
    for (const [at, value] of span.entries()) spans.set(request * 6 + at, value);
    const rows = Int32Array.from({ length: keys }, (_, key) => (key < textRows ? text + key : total + key - textRows));
    const place = (placed: Int32Array, from: number) => {
      for (const [at, token] of placed.entries()) {
        rows[textRows + token] = from + at;
        rotary.set(from + at, rotaryBase + token);
      }
    };
    place(fresh, image);
    place(projected, other);
    for (let head = 0; head < heads; head++) {
      for (let key = 0; key < keys; key++) order.set(first + head * keys + key, (rows[key] ?? 0) * heads + head);
    }
    owner.fill(request, text, text + textRows);
    owner.fill(request, image, image + fresh.length);
    owner.fill(request, other, other + projected.length);
  }
  return {
    members,
    textCount,
    imageCount,
    projectedCount,
    textFrom,
    imageFrom,
    projectedFrom,
    spans: spans.values,
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
