import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import type { Cluster } from '../harness/cluster.ts';
import { all, editOf, gapOf } from './trace-tree.ts';
import { traceEdits } from './traced-edits.ts';

/** Ends the worker that runs an edit. */
async function loseWorker(cluster: Cluster): Promise<void> {
  for (;;) {
    for (const worker of cluster.workers) {
      if (/instgenie_requests_running\{model="tiny"\} 1/.test(await worker.metrics())) return worker.end('SIGKILL');
    }
    await pause(5);
  }
}

test('one trace goes from the caller through gateway, pick and worker to the answer, its spans add up, and a lost worker is two stays', async () => {
  const traced = await traceEdits({ edits: 4, steps: 60, workers: 2, disturb: loseWorker });
  const [undisturbed, moved] = [traced[0], traced.at(-1)];
  assert.ok(undisturbed !== undefined && moved !== undefined);
  const edit = editOf(undisturbed.spans);
  assert.equal(edit.span.parentId, undisturbed.callerId);
  assert.deepEqual(
    edit.parts.map(({ span }) => span.name),
    ['prepare', 'check', 'pick', 'stay', 'check'],
  );
  const [pick, stay] = edit.parts.slice(2, 4);
  assert.deepEqual(
    pick?.parts.map(({ span }) => [span.service, span.name]),
    [['instgenie-balancer', 'route']],
  );
  const [worked] = stay?.parts ?? [];
  assert.equal(worked?.span.service, 'instgenie-worker');
  assert.deepEqual(
    worked.parts.map(({ span }) => span.name),
    ['decode', 'template', 'encode', 'queue', 'denoise', 'finish'],
  );
  assert.match(String(worked.span.facts['instgenie.cache']), /warm|partial|cold/);
  const tiers = ['memory', 'disk', 'peer', 'missed'].map((tier) =>
    Number(worked.span.facts[`instgenie.chunks.${tier}`]),
  );
  assert.ok(tiers.every((count) => count >= 0) && tiers.some((count) => count > 0));
  // A busy machine makes gaps of its own, but not in each of them.
  const gap = Math.min(...traced.slice(0, -1).map(({ spans }) => gapOf(editOf(spans))));
  assert.ok(gap <= 0.05, `${gap} of the edit is in no span`);
  assert.ok(all(edit).length <= 15);
  const steps = undisturbed.spans.filter(({ name }) => name === 'step');
  assert.ok(steps.length > 0 && steps.every(({ traceId }) => traceId !== undisturbed.traceId));
  const stays = editOf(moved.spans).parts.filter(({ span }) => span.name === 'stay');
  assert.deepEqual(
    stays.map(({ span }) => span.isError),
    [true, false],
  );
  assert.notEqual(stays[0]?.span.facts['instgenie.worker'], stays[1]?.span.facts['instgenie.worker']);
});
