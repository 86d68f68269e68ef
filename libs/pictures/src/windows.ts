import assert from 'node:assert/strict';
import { type Box, type Size, tokenSide } from '@instgenie/domain';

/** The part of a picture that the model sees, and the size at which it sees it. */
export interface Window {
  readonly box: Box;
  /** 0: pixels as they are. k > 0: the box covers at most modelSide * 2^k pixels a side and is scaled to `target`. */
  readonly level: number;
  /** Multiples of 16. At level 0 the box's sides rounded up: the rest is padding, and nothing is resampled. */
  readonly target: Size;
}

export interface WindowRequest {
  readonly size: Size;
  /** Must lie inside the picture. */
  readonly maskBox: Box;
  /** Longest side the model runs at; a multiple of 16. */
  readonly modelSide: number;
}

/**
 * The window in which a picture is edited. Windows come from a fixed lattice for each picture, so that masks at the
 * same place share one, and with it the template's activations:
 *
 * At level k a window is modelSide * 2^k pixels a side, clamped to the picture. Windows start at 0, at every half
 * window, and, the last ones, flush with the right and bottom edges; one of the highest level is the whole picture.
 * The level is the lowest at which a window encloses the mask's box. Of those that do, the one whose centre is closest
 * to the box's centre is taken; of equally close ones the topmost, then the leftmost.
 */
export function chooseWindow({ size, maskBox, modelSide }: WindowRequest): Window {
  assert(modelSide > 0 && modelSide % tokenSide === 0, `chooseWindow: ${modelSide} is not a multiple of ${tokenSide}`);
  const { left, top, width, height } = maskBox;
  const isInside = left >= 0 && top >= 0 && left + width <= size.width && top + height <= size.height;
  assert(isInside && width > 0 && height > 0, 'chooseWindow: the mask box is not inside the picture');
  for (let level = 0; ; level++) {
    const side = modelSide * 2 ** level;
    const across = chooseSpan({ picture: size.width, side, start: left, length: width });
    const down = chooseSpan({ picture: size.height, side, start: top, length: height });
    if (across === undefined || down === undefined) continue;
    const box = { left: across.start, top: down.start, width: across.length, height: down.length };
    return { box, level, target: level === 0 ? paddedSize(box) : scaledSize(box, modelSide) };
  }
}

interface Span {
  readonly start: number;
  readonly length: number;
}

interface SpanRequest extends Span {
  readonly picture: number;
  readonly side: number;
}

/**
 * One axis of the choice. The nearest centre on both axes is the nearest in the plane, and the nearest span encloses
 * if any does, since a span does just when its centre is at most half the difference of the lengths away.
 */
function chooseSpan({ picture, side, start, length }: SpanRequest): Span | undefined {
  const window = Math.min(side, picture);
  const lastStart = picture - window;
  let best: Span | undefined;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (let step = 0; ; step++) {
    const at = Math.min((step * side) / 2, lastStart);
    const distance = Math.abs(2 * at + window - (2 * start + length));
    if (distance < bestDistance && at <= start && start + length <= at + window) {
      best = { start: at, length: window };
      bestDistance = distance;
    }
    if (at === lastStart) return best;
  }
}

function paddedSize({ width, height }: Size): Size {
  return { width: Math.ceil(width / tokenSide) * tokenSide, height: Math.ceil(height / tokenSide) * tokenSide };
}

/** The longest side becomes modelSide, the other keeps the aspect to the nearest multiple of 16, at least 16. */
function scaledSize({ width, height }: Size, modelSide: number): Size {
  const scale = modelSide / Math.max(width, height);
  const scaled = (side: number) => Math.max(Math.round((side * scale) / tokenSide), 1) * tokenSide;
  return { width: scaled(width), height: scaled(height) };
}
