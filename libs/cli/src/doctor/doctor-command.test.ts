import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { LocalRedis } from '@instgenie/index';
import { fakeBalancer, fakeGateway, fleetWorker } from '../deployment/testing.ts';
import { temporaryFolder } from '../testing.ts';
import { runHere } from '../testing-here.ts';
import type { Check } from './check.ts';

suite('the doctor', { timeout: 60_000 }, () => {
  test('a deployment is looked at all over, and nothing is left behind', async () => {
    await using folder = await temporaryFolder();
    await using redis = await LocalRedis.start();
    await using gateway = await fakeGateway({ '/healthz': 'alive', '/readyz': 'ready' });
    await using balancer = await fakeBalancer([fleetWorker('a'), fleetWorker('b')]);
    const at = ['--redis', redis.url, '--gateway', gateway.url, '--balancer', balancer.address] as const;
    const here = ['--store', 'store', '--blobs', 'blobs'] as const;
    const { stdout, exitCode, stderr } = await runHere(['doctor', ...here, ...at, '--json'], folder.path);
    assert.deepEqual([exitCode, stderr], [0, '']);
    const { checks } = JSON.parse(stdout) as { readonly checks: readonly Check[] };
    const states = new Map(checks.map(({ name, state }) => [name, state]));
    const names = ['node', 'blobs', 'redis', 'redis memory', 'clock of Redis', 'gateway', 'clock of the gateway'];
    for (const name of [...names, 'balancer', 'workers', 'model fill']) assert.equal(states.get(name), 'ok', name);
    assert.equal(states.get('redis file'), 'warn');
    assert.ok(states.has('disk speed'));
    assert.deepEqual(await readdir(join(folder.path, 'store')), []);
  });

  test('what is wrong is said with what to do, and the exit code is 1', async () => {
    await using folder = await temporaryFolder();
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    const at = ['--listen', `127.0.0.1:${port}`, '--redis', 'redis://127.0.0.1:1', '--gateway', 'http://127.0.0.1:1'];
    const { stdout, stderr, exitCode } = await runHere(['doctor', ...at], folder.path);
    taken.close();
    assert.deepEqual([exitCode, stderr], [1, 'instgenie: 3 of 8 checks failed\n']);
    assert.match(stdout, /\nfail +port 127\.0\.0\.1:\d+ +something listens there already\n +stop what uses it/);
    assert.match(stdout, /\nfail +redis .*\nfail +gateway .*\nskip +balancer +not looked at: pass --balancer/s);
  });
});
