import type { Grid, RotaryTable } from '../family.ts';

const theta = 10000;

/** Cosines and sines of the rotary embedding for every token of a picture. Angles in float64, then float32. */
export function rotaryTable({ rows, columns }: Grid, axes: readonly number[]): RotaryTable {
  const pairs = axes.reduce((sum, axis) => sum + axis, 0) / 2;
  const length = 1 + rows * columns;
  const cos = new Float32Array(length * pairs).fill(1);
  const sin = new Float32Array(length * pairs);
  for (let token = 0; token < rows * columns; token++) {
    const position = [0, Math.floor(token / columns), token % columns];
    let at = (1 + token) * pairs;
    for (const [axis, width] of axes.entries()) {
      for (let j = 0; j < width; j += 2) {
        const angle = (position[axis] ?? 0) / theta ** (j / width);
        cos[at] = Math.cos(angle);
        sin[at++] = Math.sin(angle);
      }
    }
  }
  return { length, cos, sin };
}
