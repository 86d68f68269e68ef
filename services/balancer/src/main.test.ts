import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { BalancerProcess, balancerMain } from './testing.ts';
import { load, masked, steps, tokens } from './testing-load.ts';
import { FakeWorker } from './testing-workers.ts';

test('a balancer is a process that picks, counts, and ends when it is told to', async () => {
  await using worker = await FakeWorker.start(load({ worker: 'a', held: { v1: 1 } }));
  await using balancer = await BalancerProcess.start([worker.address], {
    // It says something once only.
    set: ['limits.silentMs=60000', 'limits.goneMs=60000'],
  });
  await balancer.fleetWhere(({ workers }) => workers.length === 1);
  const edit = { editId: 'e1', tenant: 'the-tenant', model: 'fill', maskedTokens: masked, tokens, steps };
  const call = { deadlineMs: 30_000, signal: new AbortController().signal };
  const { worker: picked } = await balancer.client.unary('Pick', edit, call);
  assert.equal(picked, 'a');
  assert.match(await balancer.metrics(), /instgenie_picks_total\{outcome="picked"\} 1/);
  assert.equal(await balancer.end('SIGTERM'), 0);
  const log = balancer.log.join('\n');
  assert.match(log, /"msg":"pick"/);
  assert(!log.includes('the-tenant'), 'tenants are not named in logs');
});

test('all wrong settings are named, and nothing is opened', () => {
  const settings = ['workers=[nowhere]', 'policy=best', 'limits.colour=1'].flatMap((setting) => ['--set', setting]);
  const { status, stderr } = spawnSync(process.execPath, [balancerMain, ...settings], { encoding: 'utf8' });
  assert.equal(status, 2);
  for (const name of ['workers.0', 'policy', 'limits']) assert(stderr.includes(`${name}:`), stderr);
});

test('either a list of workers or a way to find them is needed, and not both', () => {
  const both = ['workers=[a:1]', 'discovery={ kind: dns, host: workers, port: 7070 }'];
  for (const settings of [[], both]) {
    const flags = settings.flatMap((setting) => ['--set', setting]);
    const { status, stderr } = spawnSync(process.execPath, [balancerMain, ...flags], { encoding: 'utf8' });
    assert.equal(status, 2);
    assert(stderr.includes('workers:') && stderr.includes('discovery'), stderr);
  }
});
