import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Stage } from './stage.ts';

const { signal } = new AbortController();

function openStage(fields: { readonly concurrency?: number; readonly waitingMax?: number } = {}) {
  let nowMs = 0;
  const stage = new Stage({ name: 'pictures', concurrency: 1, waitingMax: 8, now: () => nowMs, ...fields });
  const log: string[] = [];
  const begin = (name: string, options: { readonly isUrgent?: boolean; readonly signal?: AbortSignal } = {}) => {
    const end = Promise.withResolvers<void>();
    const done = stage.run(
      async () => {
        log.push(name);
        await end.promise;
        nowMs += 10;
      },
      { signal, ...options },
    );
    return { end: end.resolve, done };
  };
  return { stage, log, begin };
}

test('work waits its turn, and what ends an edit goes first', async () => {
  const { stage, log, begin } = openStage();
  const jobs = [begin('a'), begin('b'), begin('c', { isUrgent: true })];
  assert.equal(stage.waitingCount, 2);
  for (const { end } of jobs) end();
  await Promise.all(jobs.map(({ done }) => done));
  assert.deepEqual(log, ['a', 'c', 'b']);
  assert.ok(stage.predictedMs > 0);
});

test('a line that is full says so, and one who leaves makes room', async () => {
  const { stage, log, begin } = openStage({ waitingMax: 1 });
  const leaving = new AbortController();
  const first = begin('a');
  const second = begin('b', { signal: leaving.signal });
  await assert.rejects(begin('c').done, { code: 'overloaded', field: 'pictures' });
  leaving.abort();
  await assert.rejects(second.done, { code: 'cancelled' });
  const third = begin('d');
  assert.equal(stage.waitingCount, 1);
  first.end();
  third.end();
  await Promise.all([first.done, third.done]);
  assert.deepEqual(log, ['a', 'd']);
  await assert.rejects(begin('e', { signal: leaving.signal }).done, { code: 'cancelled' });
});

test('work that fails frees its place', async () => {
  const { stage } = openStage();
  await assert.rejects(
    stage.run(() => Promise.reject(new Error('broken')), { signal }),
    /broken/,
  );
  assert.equal(await stage.run(() => Promise.resolve(7), { signal }), 7);
});
