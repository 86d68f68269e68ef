import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import { connect, type EditRequest, workerServiceDefinition } from '@instgenie/rpc';
import { temporaryFolder, testRequest, WorkerProcess } from './testing.ts';

const signal = new AbortController().signal;
const patient = { deadlineMs: 120_000, signal };
const steps = 100;
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

/** What a gateway is here: it asks for an edit, and says when a step is done. */
const caller = `
  import { buffer } from 'node:stream/consumers';
  import { connect, workerServiceDefinition } from '@instgenie/rpc';
  const definition = workerServiceDefinition();
  const request = definition.Edit.requestDeserialize(await buffer(process.stdin));
  const { signal } = new AbortController();
  const edit = connect('127.0.0.1:' + process.env.PORT, definition).stream('Edit', request, { deadlineMs: 120000, signal });
  for await (const { event } of edit) if (event === 'stepped') console.log(event);
`;

/** Begins an edit in another process, which is killed after the first step. */
async function abandonByDeath(request: EditRequest): Promise<void> {
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', caller],
    {
      cwd: import.meta.dirname,
      env: { ...process.env, PORT: String(worker.port) },
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  );
  child.stdin.end(workerServiceDefinition().Edit.requestSerialize(request));
  await once(child.stdout, 'data');
  child.kill('SIGKILL');
  await once(child, 'exit');
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
  await abandonByDeath(request);
  const [one, other] = await Promise.all([worker.result({ ...request, previews: 1 }), worker.result(request)]);
  for (const { result, news } of [one, other]) {
    assert.deepEqual([result.picture, result.stepsRun], [calm.result.picture, steps]);
    assert.ok(!news.some(({ event }) => event === 'queued'));
  }
  assert.equal(await stepsRun(), before + steps);
  // Where it was faster than they were, its result is kept.
  await cancel('orphan').catch(() => undefined);
  assert.equal((await worker.loadWhere(({ edits }) => edits === 0)).editBytes, 0);
});

test('an orphan that is done is not here any more; its result waits, in the memory of edits, and Cancel drops it', async () => {
  const request = await testRequest({ editId: 'kept', steps, orphanMs });
  await abandon(request);
  const before = await worker.loadWhere(({ edits }) => edits === 0);
  const { result, news } = await worker.result(request);
  const told = news.map(({ event }) => event).filter((event) => event !== 'alive');
  assert.deepEqual([told, result.stepsRun], [['result'], steps]);
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
