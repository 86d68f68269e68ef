import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { ServiceError } from '@instgenie/domain';
import { encodePicture } from '@instgenie/pictures';
import { digestPicture, editDigest, testMask, testPicture, testRequest, WorkerProcess } from '../testing.ts';

/** Small enough that nobody waits, long enough that something can happen meanwhile. */
const quick = ['timeScale=0.02', 'side=64'];
const { signal } = new AbortController();

test('the bytes of a result are those that its request decides; a resumed edit ends with the same', async () => {
  await using first = await WorkerProcess.simulate({ id: 'first', set: quick });
  await using second = await WorkerProcess.simulate({ id: 'second', set: [...quick, 'failAfter=2'] });
  const request = await testRequest({ steps: 8, checkpointEvery: 3 });
  const { result, news } = await first.result(request);
  const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
  const wanted = editDigest({
    template: sha256(await encodePicture(testPicture(), 'png')),
    mask: sha256(testMask().bits),
    prompt: 'a red fox',
    seed: 7,
    steps: 8,
    size: undefined,
  });
  assert.deepEqual(result.picture, Buffer.from(digestPicture(wanted)));
  assert.deepEqual([result.cache, result.stepsRun], ['CACHE_OUTCOME_COLD', 8]);
  const resume = news.flatMap(({ checkpoint }) => checkpoint ?? []).at(-1);
  assert.ok(resume !== undefined);
  const heir = await second.result({ ...request, resume });
  assert.deepEqual([heir.result.picture, heir.result.stepsRun], [result.picture, 8 - resume.stepsDone]);
  const foreign = second.result({ ...request, prompt: 'another one', resume });
  await assert.rejects(foreign, { code: 'invalid', field: 'resume.latents' });
  await assert.rejects(second.result(request), { code: 'unavailable' });
});

test('an edit that would be late is refused, a name that is here too; Cancel ends one', async () => {
  await using worker = await WorkerProcess.simulate({ set: ['side=64'] });
  const request = await testRequest({ steps: 200 });
  const failures: ServiceError[] = [];
  for await (const { event } of worker.edit(request)) {
    if (event !== 'stepped') continue;
    const late = worker.edit({ ...request, editId: 'late' }, { deadlineMs: 2000 });
    await assert.rejects(
      late.next().then(() => late.next()),
      { code: 'overloaded', field: 'deadline' },
    );
    const other = { ...request, prompt: 'another one' };
    await assert.rejects(worker.result(other), { code: 'invalid', field: 'edit_id' });
    const cancelled = worker.result({ ...request, editId: 'cancelled' }).catch((thrown: ServiceError) => thrown);
    await worker.loadWhere(({ edits }) => edits === 2);
    await worker.client.unary('Cancel', { tenant: 'acme', editId: 'cancelled' }, { deadlineMs: 60_000, signal });
    failures.push(ServiceError.from(await cancelled));
    break;
  }
  assert.deepEqual(
    failures.map(({ code }) => code),
    ['cancelled'],
  );
});

test('an edit goes on when its caller has gone, and whoever asks for the same joins it', async () => {
  await using worker = await WorkerProcess.simulate({ set: ['side=64', 'timeScale=0.1'] });
  const request = await testRequest({ steps: 10, orphanMs: 60_000 });
  for await (const { stepped } of worker.edit(request)) if (stepped?.done === 2) break;
  const { result, news } = await worker.result(request);
  const firstStep = news.find(({ event }) => event === 'stepped')?.stepped?.done ?? 11;
  assert.deepEqual([result.stepsRun, firstStep > 1], [10, true]);
});

test('a template is cold once; its variant is held, and told', async () => {
  await using worker = await WorkerProcess.simulate({ set: quick });
  const request = await testRequest({ steps: 4 });
  for await (const { done, total } of worker.client.stream(
    'Prime',
    { tenant: request.tenant, template: request.template },
    { deadlineMs: 60_000, signal },
  )) {
    assert.ok(done <= total);
  }
  const { result } = await worker.result(request);
  assert.equal(result.cache, 'CACHE_OUTCOME_WARM');
  const { variants } = await worker.loadWhere(({ hasVariants }) => hasVariants);
  assert.deepEqual(
    variants.map(({ key }) => key),
    [result.variant],
  );
});

test('a poisoned prompt ends the process', async () => {
  await using worker = await WorkerProcess.simulate({ set: [...quick, 'poisonPrompt=boom'] });
  await assert.rejects(worker.result(await testRequest({ prompt: 'boom' })), { code: 'unavailable' });
});
