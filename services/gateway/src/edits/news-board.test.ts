import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ServiceError } from '@instgenie/domain';
import type { EditNews } from './editing.ts';
import { NewsBoard } from './news-board.ts';

const { signal } = new AbortController();
const stepped = (done: number, index = 0): EditNews => ({ kind: 'stepped', index, done, total: 4 });
const moved: EditNews = { kind: 'moved', index: 0, keptSteps: 2 };

test('a reader that is there hears everything in order', async () => {
  const board = new NewsBoard();
  const heard: EditNews[] = [];
  const reading = (async () => {
    for await (const news of board.read(signal)) heard.push(news);
  })();
  for (let done = 1; done <= 4; done++) {
    board.post(stepped(done));
    await new Promise(setImmediate);
  }
  board.end();
  await reading;
  assert.deepEqual(
    heard,
    [1, 2, 3, 4].map((done) => stepped(done)),
  );
});

test('one that comes late hears the latest of each kind and result', async () => {
  const board = new NewsBoard();
  for (const news of [stepped(1), moved, stepped(2), stepped(1, 1)]) board.post(news);
  board.end();
  assert.deepEqual(await Array.fromAsync(board.read(signal)), [moved, stepped(2), stepped(1, 1)]);
  assert.deepEqual(await Array.fromAsync(board.read(signal)), [moved, stepped(2), stepped(1, 1)]);
});

test('a failure is thrown after the news, to every reader', async () => {
  const board = new NewsBoard();
  board.post(stepped(1));
  board.end(new ServiceError('deadline', 'late'));
  for (let reader = 0; reader < 2; reader++) {
    const heard: EditNews[] = [];
    const read = async () => {
      for await (const news of board.read(signal)) heard.push(news);
    };
    await assert.rejects(read(), { code: 'deadline' });
    assert.deepEqual(heard, [stepped(1)]);
  }
});

test('it is told how many read, also when one leaves or is sent away', async () => {
  const counts: number[] = [];
  const board = new NewsBoard((readers) => counts.push(readers));
  board.post(stepped(1));
  for await (const _ of board.read(signal)) break;
  const leave = new AbortController();
  const reading = Array.fromAsync(board.read(leave.signal));
  leave.abort();
  await assert.rejects(reading, { code: 'cancelled' });
  assert.deepEqual(counts, [1, 0, 1, 0]);
});

test('after the end nobody need know who still reads', async () => {
  const counts: number[] = [];
  const board = new NewsBoard((readers) => counts.push(readers));
  const reading = Array.fromAsync(board.read(signal));
  board.end();
  await reading;
  await Array.fromAsync(board.read(signal));
  assert.deepEqual(counts, [1]);
});
