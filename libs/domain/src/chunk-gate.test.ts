import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ChunkGate } from './chunk-gate.ts';

test('a chunk is pending, then ready or failed, and its state changes once', () => {
  const gate = ChunkGate.closed(2);
  assert.equal(gate.outcome(0), undefined);
  assert.equal(gate.wait(0, 0), 'late');
  gate.settle(0, 'failed');
  gate.settle(0, 'ready');
  assert.equal(gate.wait(0, 0), 'failed');
  gate.settle(1, 'ready');
  assert.equal(gate.outcome(1), 'ready');
});

test('whoever waits for room is told when the chunks before are used up', async () => {
  const gate = ChunkGate.open(3);
  assert.equal(await gate.usedUp(1, 0), false);
  const waiting = gate.usedUp(2, 60_000);
  gate.useUp(1);
  gate.useUp(2);
  assert.equal(await waiting, true);
});
