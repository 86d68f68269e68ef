import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { suite, test } from 'node:test';
import { runHere } from '../testing-here.ts';
import { fakeBalancer, fakeGateway, fakeWorker, fleetWorker } from './testing.ts';

const run = (...args: readonly string[]) => runHere(['worker', ...args], tmpdir());

suite('workers of a deployment', { timeout: 60_000 }, () => {
  test('they are listed as the balancer knows them', async () => {
    await using balancer = await fakeBalancer([
      fleetWorker('a', { memoryBytes: 1e9, memoryBytesMax: 4e9 }),
      fleetWorker('b', { isServing: false, isCordoned: true }),
      fleetWorker('c', { isEjected: true }),
      fleetWorker('d', { isServing: false }),
    ]);
    const { stdout, exitCode } = await run('list', '--balancer', balancer.address);
    assert.equal(exitCode, 0);
    assert.match(stdout, /\na +serving +fill +2 of 64 +1 +1\.0 GB of 4\.0 GB .*127\.0\.0\.1:1\n/);
    assert.match(stdout, /\nb +cordoned .*\nc +left out .*\nd +not serving /s);
    const { workers } = JSON.parse((await run('list', '--balancer', balancer.address, '--json')).stdout);
    assert.deepEqual(
      workers.map(({ worker, state }: { readonly worker: string; readonly state: string }) => [worker, state]),
      [
        ['a', 'serving'],
        ['b', 'cordoned'],
        ['c', 'left out'],
        ['d', 'not serving'],
      ],
    );
  });

  test('a gateway lists them to who shows a key, without their addresses', async () => {
    const tiers = { memory: { bytes: 1, bytes_max: 2 }, disk: { bytes: 3, bytes_max: 4 } };
    const facts = { is_serving: true, is_ejected: false, is_cordoned: true, models: [], edits: 0, edits_max: 8 };
    await using gateway = await fakeGateway({
      '/v1/fleet': { workers: [{ worker: 'a', ...facts, variants: 5, tiers }] },
    });
    const listed = await run('list', '--gateway', gateway.url, '--api-key', 'ik_1', '--json');
    assert.equal(listed.exitCode, 0, listed.stderr);
    const [worker] = JSON.parse(listed.stdout).workers;
    assert.deepEqual([worker.worker, worker.state, worker.variants, worker.address], ['a', 'cordoned', 5, '']);
    assert.deepEqual(gateway.keys, ['Bearer ik_1']);
  });

  test('a worker is cordoned, uncordoned and drained where the balancer says that it serves', async () => {
    await using worker = await fakeWorker();
    await using balancer = await fakeBalancer([fleetWorker('a'), fleetWorker('b', { address: worker.address })]);
    const at = ['--balancer', balancer.address] as const;
    assert.match((await run('cordon', 'b', ...at)).stdout, /^b is cordoned: .*; 2 are there and end\n$/);
    assert.equal((await run('uncordon', 'b', ...at)).stdout, 'b is uncordoned: it is sent edits again\n');
    assert.match((await run('drain', 'b', ...at)).stdout, /3 edits are there and end there\n$/);
    const moved = await run('drain', 'b', '--hand-over', '--worker', worker.address, '--json');
    assert.deepEqual(JSON.parse(moved.stdout), { worker: 'b', handOver: true, edits: 3 });
    assert.deepEqual(worker.told, ['cordon', 'uncordon', 'drain', 'drain, hand over']);
    const unknown = await run('cordon', 'z', ...at);
    assert.deepEqual([unknown.exitCode, unknown.stderr], [2, 'instgenie: worker: there is no z; there are a, b\n']);
  });

  for (const { name, args, stderr } of [
    { name: 'no address', args: ['list', '--balancer', 'here'], stderr: /^instgenie: balancer: expected host:port/ },
    { name: 'no URL', args: ['list', '--gateway', 'here'], stderr: /^instgenie: gateway: expected a URL/ },
    { name: 'half of a certificate', args: ['list', '--tls-cert', 'c.pem'], stderr: /^instgenie: tls: --tls-cert and/ },
    {
      name: 'a certificate that is not there',
      args: ['list', '--tls-cert', 'no.pem', '--tls-key', 'no.pem'],
      stderr: /^instgenie: tls: /,
    },
  ]) {
    test(`${name}: exit code 2 and one clear text`, async () => {
      const result = await run(...args);
      assert.match(result.stderr, stderr);
      assert.deepEqual([result.exitCode, result.stdout], [2, '']);
    });
  }
});
