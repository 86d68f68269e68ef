import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { mappedBytes, openModel } from '@instgenie/diffusion';
import { ServiceError, variantKey } from '@instgenie/domain';
import { LocalRedis, RedisIndex } from '@instgenie/index';
import type { EditRequest, EditResponse__Output } from '@instgenie/rpc';
import { temporaryFolder, testRequest, tinyModel, WorkerProcess } from './testing.ts';

const signal = new AbortController().signal;
const steps = 60;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
/** What the edit of these tests ends as when nothing disturbs it. */
let wanted: Uint8Array;

before(async () => {
  folder = await temporaryFolder();
  await using calm = await WorkerProcess.start(folder.path, { id: 'calm' });
  ({ picture: wanted } = (await calm.result(await testRequest({ steps }))).result);
});
after(() => folder[Symbol.asyncDispose]());

type Checkpoint = NonNullable<EditResponse__Output['checkpoint']>;

/** Runs an edit until it fails; the last checkpoint that came, and the failure. */
async function disturbed(
  worker: WorkerProcess,
  request: EditRequest,
  onCheckpoint: (checkpoint: Checkpoint) => void,
): Promise<{ readonly checkpoint: Checkpoint | undefined; readonly failure: ServiceError }> {
  let checkpoint: Checkpoint | undefined;
  try {
    for await (const message of worker.edit(request)) {
      if (message.event === 'stepped')
        onCheckpoint(checkpoint ?? { stepsDone: 0, latents: Buffer.alloc(0), fingerprint: '' });
      checkpoint = message.checkpoint ?? checkpoint;
    }
  } catch (thrown) {
    assert.ok(thrown instanceof ServiceError);
    return { checkpoint, failure: thrown };
  }
  throw new Error('nothing disturbed it');
}

test('kill -9 at any step: another worker goes on from the last checkpoint, with the same bytes', async () => {
  await using heir = await WorkerProcess.start(folder.path, { id: 'heir' });
  for (const [round, atStep] of [1, 7, 30].entries()) {
    await using victim = await WorkerProcess.start(folder.path, { id: `victim${round}` });
    const request = await testRequest({ steps, checkpointEvery: 1, editId: `kill${round}` });
    const { checkpoint, failure } = await disturbed(victim, request, ({ stepsDone }) => {
      if (stepsDone >= atStep) victim.process.kill('SIGKILL');
    });
    assert.equal(failure.code, 'unavailable');
    assert.ok(checkpoint !== undefined && checkpoint.stepsDone >= atStep && checkpoint.stepsDone < steps);
    const { result } = await heir.result({ ...request, resume: checkpoint });
    assert.deepEqual(result.picture, Buffer.from(wanted));
    assert.deepEqual([result.stepsRun, result.isMixed], [steps - checkpoint.stepsDone, false]);
    const strange = { ...checkpoint, fingerprint: 'of another engine' };
    assert.equal((await heir.result({ ...request, resume: strange })).result.isMixed, true);
  }
});

test('SIGTERM: edits leave with a checkpoint when their time is over, nobody new is taken, and the worker ends', async () => {
  await using leaving = await WorkerProcess.start(folder.path, { id: 'leaving', set: ['drainMs=1'] });
  await using heir = await WorkerProcess.start(folder.path, { id: 'heir2' });
  const request = await testRequest({ steps, editId: 'leaves' });
  let signals = 0;
  const { checkpoint, failure } = await disturbed(leaving, request, () => {
    if (signals++ === 0) leaving.process.kill('SIGTERM');
  });
  assert.equal(failure.code, 'unavailable');
  assert.ok(checkpoint !== undefined && checkpoint.stepsDone > 0);
  assert.deepEqual((await heir.result({ ...request, resume: checkpoint })).result.picture, Buffer.from(wanted));
  assert.equal(await leaving.end('SIGTERM'), 0);
});

test('SIGTERM with time: edits end where they are', async () => {
  await using leaving = await WorkerProcess.start(folder.path, { id: 'patient' });
  const gone = once(leaving.process, 'exit');
  let hasSignalled = false;
  let picture: Uint8Array | undefined;
  for await (const { event, result } of leaving.edit(await testRequest({ steps, editId: 'ends' }))) {
    picture = result?.picture;
    if (event !== 'stepped' || hasSignalled) continue;
    hasSignalled = true;
    leaving.process.kill('SIGTERM');
  }
  assert.deepEqual(picture, Buffer.from(wanted));
  assert.deepEqual((await gone)[0], 0);
});

test('a worker that drains takes nobody, and says so', async () => {
  await using worker = await WorkerProcess.start(folder.path, { id: 'drains' });
  await worker.client.unary('Drain', { handOver: false }, { deadlineMs: 60_000, signal });
  assert.equal((await worker.loadWhere(() => true)).isServing, false);
  await assert.rejects(worker.result(await testRequest()), { code: 'unavailable' });
});

test('a cordoned worker says that it serves nobody, serves who comes all the same, and remembers it', async () => {
  const isCordoned = async (worker: WorkerProcess) => {
    const load = await worker.loadWhere(() => true);
    assert.equal(load.isServing, !load.isCordoned);
    return load.isCordoned;
  };
  const say = (worker: WorkerProcess, isCordoned: boolean) =>
    worker.client.unary('Cordon', { isCordoned }, { deadlineMs: 60_000, signal });
  {
    await using worker = await WorkerProcess.start(folder.path, { id: 'cordoned' });
    assert.equal(await isCordoned(worker), false);
    await say(worker, true);
    assert.equal(await isCordoned(worker), true);
    await worker.result(await testRequest({ steps: 2 }));
  }
  await using again = await WorkerProcess.start(folder.path, { id: 'cordoned' });
  assert.equal(await isCordoned(again), true);
  await say(again, false);
  assert.equal(await isCordoned(again), false);
});

test('wrong settings are named, all of them, before anything is opened', async () => {
  const start = WorkerProcess.start(folder.path, { id: 'wrong', set: ['edits.max=0', 'colour=red', 'log=loud'] });
  await assert.rejects(start, /the worker ended with 2/);
});

test('what one worker has computed, another one reads from it', async () => {
  await using redis = await LocalRedis.start();
  using index = new RedisIndex(redis.url);
  const set = [`redis=${redis.url}`];
  await using holder = await WorkerProcess.start(folder.path, { id: 'holder', set });
  await using asker = await WorkerProcess.start(folder.path, { id: 'asker', set });
  const first = await holder.result(await testRequest({ picture: 9 }));
  await holder.loadWhere(async () => {
    const held = await index.locate(variantKey(first.result.variant)).catch(() => []);
    return held.length > 0;
  });
  const second = await asker.result(await testRequest({ picture: 9 }));
  assert.deepEqual([second.result.cache, second.result.picture], ['CACHE_OUTCOME_WARM', first.result.picture]);
  assert.equal(second.result.chunks?.missed, 0);
  await redis.kill();
  const third = await asker.result(await testRequest({ picture: 10 }));
  assert.equal(third.result.cache, 'CACHE_OUTCOME_COLD');
});

test('one worker at a time primes a template', async () => {
  await using redis = await LocalRedis.start();
  using index = new RedisIndex(redis.url, { commandMs: 10_000 });
  await using worker = await WorkerProcess.start(folder.path, { id: 'primes', set: [`redis=${redis.url}`] });
  const request = await testRequest({ picture: 11, dense: true });
  const prime = async () => {
    const asked = { tenant: request.tenant, template: request.template };
    for await (const _ of worker.client.stream('Prime', asked, { deadlineMs: 120_000, signal }));
  };
  // A dense edit names the variant, and keeps nothing of it.
  const key = variantKey((await worker.result(request)).result.variant);
  const lead = await index.takeLead(key, 'another', 60_000);
  assert.ok(lead.kind === 'leader');
  await assert.rejects(prime(), { code: 'overloaded', field: 'template' });
  await index.endLead(key, { worker: 'another', token: lead.token });
  await prime();
  assert.equal((await worker.result({ ...request, dense: false })).result.cache, 'CACHE_OUTCOME_WARM');
  assert.equal((await index.takeLead(key, 'another', 1)).kind, 'leader');
});

test('models are loaded when they are asked for, as far as their memory goes', async () => {
  const bytes = mappedBytes(await openModel(tinyModel, { storage: 'int8', signal: undefined }));
  const model = (name: string, storage: string) =>
    `{ name: ${name}, folder: ${tinyModel}, threads: 1, storage: ${storage} }`;
  const set = [
    `models=[${model('small', 'int8')}, ${model('exact', 'fp32')}]`,
    `memory.models=${Math.floor(1.5 * bytes)}`,
  ];
  await using worker = await WorkerProcess.start(folder.path, { id: 'models', set });
  const loaded = async () => {
    const { models } = await worker.loadWhere(() => true);
    return models.filter(({ isLoaded }) => isLoaded).map(({ name }) => name);
  };
  const request = async (model: string, fields: Parameters<typeof testRequest>[0] = {}) => {
    const made = await testRequest({ editId: model, ...fields });
    return { ...made, template: { ...made.template, model } };
  };
  assert.deepEqual(await loaded(), ['small']);
  const small = await worker.result(await request('small', { steps }));
  assert.deepEqual(small.result.picture, Buffer.from(wanted));
  const exact = await worker.result(await request('exact', { steps }));
  assert.deepEqual(await loaded(), ['exact']);
  assert.notDeepEqual(exact.result.picture, small.result.picture);
  for await (const { event } of worker.edit(await request('exact', { steps: 1000 }))) {
    if (event !== 'stepped') continue;
    await assert.rejects(worker.result(await request('small')), { code: 'overloaded', field: 'template.model' });
    break;
  }
  await worker.loadWhere(({ edits }) => edits === 0);
  assert.equal((await worker.result(await request('small', { steps }))).result.cache, 'CACHE_OUTCOME_WARM');
  await assert.rejects(worker.result(await testRequest()), { code: 'not-found', field: 'template.model' });
});

test('plans come from the pinned profile: an edit of another one says that its bytes may differ', async () => {
  // Loading would take for ever, so everything is computed.
  const profile = '{ version: slow-link, blockMs: 0.1, flopsPerMs: 1e9, bytesPerMs: 1e-6 }';
  const model = `{ name: tiny, folder: ${tinyModel}, threads: 1, profile: ${profile} }`;
  await using calm = await WorkerProcess.start(folder.path, { id: 'calm' });
  await using planned = await WorkerProcess.start(folder.path, { id: 'planned', set: [`models=[${model}]`] });
  const request = await testRequest({ checkpointEvery: 1 });
  const { result, news } = await planned.result(request);
  assert.deepEqual({ ...result.chunks }, { memory: 0, disk: 0, peer: 0, missed: 0 });
  assert.deepEqual((await planned.result({ ...request, editId: 'again' })).result.picture, result.picture);
  const resume = news.findLast(({ event }) => event === 'checkpoint')?.checkpoint ?? undefined;
  assert.ok(resume !== undefined);
  assert.equal((await calm.result({ ...request, resume })).result.isMixed, true);
});

test('an edit of too much memory is refused, and leaves none behind', async () => {
  await using worker = await WorkerProcess.start(folder.path, { id: 'memory', set: ['memory.edits=20Ki'] });
  await assert.rejects(worker.result(await testRequest()), { code: 'overloaded', field: 'memory' });
  assert.equal((await worker.loadWhere(({ edits }) => edits === 0)).editBytes, 0);
});

test('an edit is one trace of the caller, with a span for each part, and steps are linked to it', async () => {
  const bodies: Buffer[] = [];
  const collector = createServer((request, response) => {
    request.on('data', (chunk: Buffer) => bodies.push(chunk)).once('end', () => response.end());
  }).listen(0, '127.0.0.1');
  await once(collector, 'listening');
  const address = collector.address();
  const port = typeof address === 'object' ? address?.port : 0;
  const set = [`traces.endpoint=http://127.0.0.1:${port}/v1/traces`, 'traces.stepShare=1'];
  await using worker = await WorkerProcess.start(folder.path, { id: 'traced', set });
  const traceId = 'ab'.repeat(16);
  const options = { deadlineMs: 120_000, signal, traceparent: `00-${traceId}-${'cd'.repeat(8)}-01` };
  for await (const _ of worker.client.stream('Edit', await testRequest(), options));
  assert.equal(await worker.end('SIGTERM'), 0);
  collector.close();
  const sent = Buffer.concat(bodies);
  for (const name of ['edit', 'decode', 'template', 'encode', 'queue', 'denoise', 'finish', 'step']) {
    assert.ok(sent.includes(Buffer.from([0x2a, name.length, ...Buffer.from(name)])), name);
  }
  // The seven spans of the edit, and a link of each of its four steps.
  assert.equal(sent.toString('latin1').split(Buffer.from(traceId, 'hex').toString('latin1')).length - 1, 7 + 4);
  assert.ok(!sent.includes('a red fox'));
});
