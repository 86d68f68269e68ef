import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Feed } from './edit-feed.ts';

interface News {
  readonly kind: 'stepped' | 'preview';
  readonly done: number;
}

test('news come in order, and of each kind only the latest waits for a slow caller', async () => {
  const feed = new Feed<News>();
  const heard: string[] = [];
  for (let done = 1; done <= 1000; done++) feed.push({ kind: 'stepped', done });
  feed.push({ kind: 'preview', done: 1000 });
  const listening = (async () => {
    for await (const { kind, done } of feed) {
      heard.push(`${kind} ${done}`);
      if (kind === 'preview') {
        feed.push({ kind: 'stepped', done: 1001 });
        feed.push({ kind: 'stepped', done: 1002 });
        feed.end();
      }
    }
  })();
  await listening;
  assert.deepEqual(heard, ['stepped 1000', 'preview 1000', 'stepped 1002']);
});

test('whoever listens early hears all, until the end', async () => {
  const feed = new Feed<News>();
  const heard: number[] = [];
  const listening = (async () => {
    for await (const { done } of feed) {
      heard.push(done);
      if (done < 3) feed.push({ kind: 'stepped', done: done + 1 });
      else feed.end();
    }
  })();
  feed.push({ kind: 'stepped', done: 1 });
  await listening;
  assert.deepEqual(heard, [1, 2, 3]);
});
