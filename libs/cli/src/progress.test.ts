import assert from 'node:assert/strict';
import { test } from 'node:test';
import { progressOn } from './progress.ts';

function linesOf(label: string, total: number): readonly string[] {
  const lines: string[] = [];
  using bar = progressOn({ write: (text) => lines.push(text) }).bar(label, total);
  for (let done = 1; done <= total; done++) bar.advance(done);
  return lines;
}

test('without a terminal, progress is a plain line for each tenth', () => {
  const lines = linesOf('denoise', 28);
  assert.equal(lines.length, 10);
  assert.equal(lines[0], 'denoise: 3 of 28 (11 %)\n');
  assert.equal(lines.at(-1), 'denoise: 28 of 28 (100 %)\n');
});

test('short work has a line for each part', () => {
  assert.deepEqual(linesOf('prime', 2), ['prime: 1 of 2 (50 %)\n', 'prime: 2 of 2 (100 %)\n']);
});

test('a thousand steps are ten lines', () => assert.equal(linesOf('denoise', 1000).length, 10));

test('notes are lines', () => {
  const lines: string[] = [];
  progressOn({ write: (text) => lines.push(text) }).note('loading');
  assert.deepEqual(lines, ['loading\n']);
});
