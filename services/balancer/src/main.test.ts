import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { BalancerProcess, balancerMain } from './testing.ts';
import { load, masked, steps, tokens } from './testing-load.ts';
import { FakeWorker } from './testing-workers.ts';

test('a balancer is a process that picks, counts, and ends when it is told to', async () => {
  await using worker = await FakeWorker.start(load({ worker: 'a', held: { v1: 1 } }));
  await using balancer = await BalancerProcess.start([worker.address]);
  await balancer.fleetWhere(({ workers }) => workers.length === 1);
  const edit = { editId: 'e1', tenant: 'the-tenant', model: 'fill', maskedTokens: masked, tokens, steps };
  const call = { deadlineMs: 30_000, signal: new AbortController().signal };
  // A worker that said something once only is suspect by now, or not: both are answers.
  const outcome = await balancer.client.unary('Pick', edit, call).then(
    (picked) => picked.worker,
    ({ code }: { readonly code: string }) => code,
  );
  assert(['a', 'unavailable'].includes(outcome), outcome);
  assert.match(await balancer.metrics(), /instgenie_picks_total\{outcome="(picked|unserved)"\} 1/);
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
