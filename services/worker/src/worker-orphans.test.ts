import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { connect, type EditRequest, workerServiceDefinition } from '@instgenie/rpc';
import { temporaryFolder, testRequest, WorkerProcess } from './testing.ts';

const signal = new AbortController().signal;
const patient = { deadlineMs: 120_000, signal };
const steps = 60;
const orphanMs = 60_000;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let worker: WorkerProcess;

before(async () => {
  folder = await temporaryFolder();
  worker = await WorkerProcess.start(folder.path, { set: ['edits.max=4'] });
});
after(async () => {
  await worker[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

/** Begins an edit over a connection of its own, and is gone after the first step. */
async function abandon(request: EditRequest, { port } = worker): Promise<void> {
  await using client = connect(`127.0.0.1:${port}`, workerServiceDefinition());
  for await (const { event } of client.stream('Edit', request, patient)) if (event === 'stepped') return;
}

async function stepsRun(): Promise<number> {
  return (await worker.loadWhere(() => true)).models[0]?.stepsRun ?? 0;
}

async function cancel(editId: string): Promise<void> {
  await worker.client.unary('Cancel', { tenant: 'acme', editId }, patient);
}

test('who asks again joins the edit that goes on: the same bytes, and no step is run twice', async () => {
  const calm = await worker.result(await testRequest({ editId: 'calm', steps }));
  const request = await testRequest({ editId: 'orphan', steps, orphanMs });
  const before = await stepsRun();
  await abandon(request);
  const [one, other] = await Promise.all([worker.result({ ...request, previews: 1 }), worker.result(request)]);
  for (const { result, news } of [one, other]) {
    assert.deepEqual([result.picture, result.stepsRun], [calm.result.picture, steps]);
    assert.ok(!news.some(({ event }) => event === 'queued'));
  }
  assert.equal(await stepsRun(), before + steps);
  assert.equal((await worker.loadWhere(({ edits }) => edits === 0)).editBytes, 0);
});

test('an orphan that is done is not here any more; its result waits, in the memory of edits, and Cancel drops it', async () => {
  const request = await testRequest({ editId: 'kept', steps, orphanMs });
  await abandon(request);
  const before = await worker.loadWhere(({ edits }) => edits === 0);
  const { result, news } = await worker.result(request);
  assert.deepEqual([news.length, result.stepsRun], [1, steps]);
  assert.equal(before.editBytes, result.picture.length);
  assert.match(await worker.metrics(), /^instgenie_edits_orphaned 1$/m);
  assert.deepEqual((await worker.result(request)).result, result);
  assert.equal(await stepsRun(), before.models[0]?.stepsRun);
  await cancel('kept');
  assert.equal((await worker.loadWhere(() => true)).editBytes, 0);
  await assert.rejects(cancel('kept'), { code: 'not-found' });
});

test('Cancel ends an orphan at once; another edit of its name is refused as long as it is here', async () => {
  const request = await testRequest({ editId: 'ended', steps: 1000, orphanMs });
  await abandon(request);
  await assert.rejects(worker.result({ ...request, prompt: 'a hare' }), { code: 'invalid', field: 'edit_id' });
  await assert.rejects(worker.result({ ...request, tenant: 'other', mask: Buffer.of(1) }), { code: 'invalid' });
  const before = await worker.loadWhere(({ edits }) => edits === 1);
  await cancel('ended');
  const load = await worker.loadWhere(({ edits }) => edits === 0);
  assert.ok((load.models[0]?.stepsRun ?? 0) < (before.models[0]?.stepsRun ?? 0) + 1000);
  assert.deepEqual([load.editBytes, load.models[0]?.maskedTokenSteps], [0, 0]);
});

test('orphans count as edits that are here, and leave with a worker that is drained', async () => {
  await using leaving = await WorkerProcess.start(folder.path, {
    id: 'leaving',
    set: ['edits.max=1', `edits.orphanMs=${orphanMs}`],
  });
  const request = await testRequest({ editId: 'left', steps: 1000, checkpointEvery: 1 });
  await abandon(request, leaving);
  await assert.rejects(leaving.result(await testRequest({ editId: 'more' })), { code: 'overloaded', field: 'edits' });
  const joined = leaving.edit(request);
  assert.equal((await joined.next()).done, false);
  await leaving.client.unary('Drain', { handOver: true }, patient);
  const kinds: unknown[] = [];
  await assert.rejects(
    (async () => {
      for await (const { event } of joined) kinds.push(event);
    })(),
    { code: 'unavailable' },
  );
  assert.ok(kinds.includes('checkpoint'));
  assert.equal(await leaving.end('SIGTERM'), 0);
});
