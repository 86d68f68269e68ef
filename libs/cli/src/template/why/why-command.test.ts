import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { DirectoryBlobs } from '@instgenie/blobs';
import { variantKey } from '@instgenie/domain';
import { LocalRedis, RedisIndex } from '@instgenie/index';
import type { balancer } from '@instgenie/rpc';
import { DeletionNotes, TemplateLibrary } from '@instgenie/templates';
import { fakeBalancer, fleetWorker } from '../../deployment/testing.ts';
import { temporaryFolder } from '../../testing.ts';
import { runHere } from '../../testing-here.ts';

const source = { sha256: '0'.repeat(64), bytes: 1000, width: 1024, height: 512 };
const digest = () => randomBytes(32).toString('hex');

suite('why a template is warm or cold', { timeout: 60_000 }, () => {
  test('record, index and balancer are asked, and the pick is not counted', async () => {
    await using folder = await temporaryFolder();
    await using redis = await LocalRedis.start();
    using index = new RedisIndex(redis.url, { commandMs: 10_000 });
    await index.ready(10_000);
    const [key, route] = [variantKey(digest()), digest()];
    const worker = { id: 'worker-1', address: 'worker-1:7070', epoch: 'one' };
    await index.renew(worker, 60_000);
    await index.announce(worker, [{ key, generation: 'ab'.repeat(16), tier: 'disk', bytes: 5_000_000 }]);
    const blobs = new DirectoryBlobs(join(folder.path, 'blobs'));
    const library = new TemplateLibrary(blobs, () => new Date());
    const made = { tenant: 'acme', name: 'poster', source, prompt: '', noiseSeed: 0, keepEvery: 1 };
    const { id } = await library.add(made);
    await library.update({ tenant: 'acme', id }, (known) => ({
      ...known,
      variants: [{ key, bytes: 5_000_000, route }],
    }));

    const asked: balancer.PickRequest__Output[] = [];
    const scores = [{ worker: 'worker-1', predictedMs: 1200, queueMs: 300, computeMs: 900, tier: 'disk' }];
    await using balancer = await fakeBalancer([fleetWorker('worker-1')], (request) => {
      asked.push(request);
      return { worker: 'worker-1', predictedMs: 1200, scores };
    });
    const at = ['--blobs', 'blobs', '--redis', redis.url, '--balancer', balancer.address] as const;
    const { stdout, stderr, exitCode } = await runHere(['template', 'why', id, ...at], folder.path);
    assert.deepEqual([exitCode, stderr], [0, '']);
    assert.match(stdout, /\ntenant +acme\npicture +1024 x 512, 1\.0 KB\n/);
    assert.match(
      stdout,
      /\n- warm: worker-1 holds it on disk \(5\.0 MB\)\n- an edit of 11\.0 % of it would go to worker-1 /,
    );
    const [request] = asked;
    assert.deepEqual(
      [request?.dryRun, request?.tokens, request?.maskedTokens, request?.variants, request?.affinity, request?.steps],
      [true, 2048, 225, [key], route, 28],
    );
    const json = JSON.parse((await runHere(['template', 'why', id, ...at, '--json'], folder.path)).stdout);
    assert.deepEqual([json.warmth, json.routes[0].variants[0].index.holders[0].worker], ['warm', 'worker-1']);

    await new DeletionNotes(blobs, library).hide({ tenant: 'acme', id });
    const gone = await runHere(['template', 'why', id, ...at], folder.path);
    assert.deepEqual([gone.exitCode, gone.stdout.slice(0, 16)], [0, '- it was deleted']);
  });

  test('who does not answer is left out; an id that nobody has is bad input', async () => {
    await using folder = await temporaryFolder();
    const library = new TemplateLibrary(new DirectoryBlobs(join(folder.path, 'blobs')), () => new Date());
    const { id } = await library.add({ tenant: '', name: 'x', source, prompt: '', noiseSeed: 0, keepEvery: 1 });
    const at = ['--blobs', 'blobs', '--balancer', '127.0.0.1:1'] as const;
    const { stdout, stderr, exitCode } = await runHere(['template', 'why', id, ...at], folder.path);
    assert.equal(exitCode, 0);
    assert.match(stderr, /^note: .*; what it knows is left out\n$/);
    assert.match(stdout, /\n- cold: nobody has edited or primed it/);
    const unknown = await runHere(['template', 'why', 'f'.repeat(24), ...at], folder.path);
    assert.deepEqual([unknown.exitCode, unknown.stderr], [2, `instgenie: template: there is no ${'f'.repeat(24)}\n`]);
  });
});
