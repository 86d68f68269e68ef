import type { Row } from './rows.ts';

/** Rows for a person. */
export function table(rows: readonly Row[]): string {
  const lines = rows.map(({ name, value, unit, goal = '', holds }) => {
    const verdict = holds === undefined ? '' : holds ? 'holds' : 'MISSED';
    return [name.padEnd(36), value.toPrecision(4).padStart(10), unit.padEnd(10), goal.padEnd(9), verdict].join('  ');
  });
  return lines.map((line) => line.trimEnd()).join('\n');
}
