import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SeatLine } from './seat-line.ts';

const { signal } = new AbortController();

function open({ seats = ['a'], waitingMax = 8 }: { readonly seats?: readonly string[]; readonly waitingMax?: number }) {
  let nowMs = 0;
  const line = new SeatLine(seats, { name: 'pictures', waitingMax, now: () => nowMs });
  const log: string[] = [];
  const begin = (name: string, by: AbortSignal = signal) => {
    const end = Promise.withResolvers<void>();
    const done = line.run(async (seat) => {
      log.push(`${name} on ${seat}`);
      await end.promise;
      nowMs += 10;
    }, by);
    return { end: end.resolve, done };
  };
  return { line, log, begin };
}

test('work takes seats in the order that it came', async () => {
  const { line, log, begin } = open({ seats: ['a', 'b'] });
  const jobs = [begin('1'), begin('2'), begin('3'), begin('4')];
  assert.equal(line.waitingCount, 2);
  for (const { end, done } of jobs) {
    end();
    await done;
  }
  assert.deepEqual(
    log.map((entry) => entry[0]),
    ['1', '2', '3', '4'],
  );
});

test('a line that is full says so, and who leaves makes room', async () => {
  const { begin, log } = open({ waitingMax: 1 });
  const leaving = new AbortController();
  const first = begin('1');
  const second = begin('2', leaving.signal);
  await assert.rejects(begin('3').done, { code: 'overloaded', field: 'pictures' });
  leaving.abort();
  await assert.rejects(second.done, { code: 'cancelled' });
  const fourth = begin('4');
  first.end();
  fourth.end();
  await Promise.all([first.done, fourth.done]);
  assert.deepEqual(log, ['1 on a', '4 on a']);
  await assert.rejects(begin('5', leaving.signal).done, { code: 'cancelled' });
});

test('who is cancelled at work hears of it at once, and the seat is free when the work is done', async () => {
  const { begin, log } = open({});
  const leaving = new AbortController();
  const first = begin('1', leaving.signal);
  const second = begin('2');
  leaving.abort();
  await assert.rejects(first.done, { code: 'cancelled' });
  assert.deepEqual(log, ['1 on a']);
  first.end();
  second.end();
  await second.done;
  assert.deepEqual(log, ['1 on a', '2 on a']);
});

test('a seat that is given just when its owner leaves goes to the next one', async () => {
  const { begin } = open({});
  const leaving = new AbortController();
  const first = begin('1');
  const second = begin('2', leaving.signal);
  const third = begin('3');
  first.end();
  leaving.abort();
  third.end();
  await assert.rejects(second.done, { code: 'cancelled' });
  await Promise.all([first.done, third.done]);
});

test('work that fails gives its seat back', async () => {
  const { line } = open({});
  await assert.rejects(
    line.run(() => Promise.reject(new Error('broken')), signal),
    /broken/,
  );
  assert.equal(await line.run(async (seat) => seat, signal), 'a');
});
