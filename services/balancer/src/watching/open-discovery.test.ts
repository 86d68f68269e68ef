import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { FakeApiServer, podEndpoint } from '../kubernetes/testing-api-server.ts';
import { BalancerProcess } from '../testing.ts';
import { load } from '../testing-load.ts';
import { FakeWorker } from '../testing-workers.ts';

test('a balancer finds its workers by a kubeconfig, and says how many and how old that is', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'discovery-'));
  try {
    await using api = await FakeApiServer.start();
    await using worker = await FakeWorker.start(load({ worker: 'a' }));
    const kubeconfig = join(folder, 'config');
    const cluster = { name: 'c', cluster: { server: api.url } };
    const context = { name: 'here', context: { cluster: 'c', user: 'u' } };
    const user = { name: 'u', user: { token: 'x' } };
    const config = { 'current-context': 'here', contexts: [context], clusters: [cluster], users: [user] };
    await writeFile(kubeconfig, JSON.stringify(config));
    api.put('s1', [podEndpoint('127.0.0.1', 'pod-a')]);
    const discovery = {
      kind: 'endpoint-slices',
      service: 'workers',
      port: worker.port,
      kubeconfig,
      deletionCost: true,
    };
    await using balancer = await BalancerProcess.start([], {
      set: [`discovery=${JSON.stringify(discovery)}`, 'limits.silentMs=60000', 'limits.goneMs=60000'],
    });
    await balancer.fleetWhere(({ workers }) => workers.some(({ address }) => address === worker.address));
    const metrics = await balancer.metrics();
    assert.match(metrics, /^instgenie_discovery_endpoints 1$/m);
    assert.match(metrics, /^instgenie_discovery_staleness_seconds \d/m);
    assert.match(metrics, /^instgenie_pool_queue_seconds\{model="fill"\} 0$/m);
    api.put('s1', []);
    await balancer.fleetWhere(({ workers }) => workers.length === 0);
    assert.equal(await balancer.end('SIGTERM'), 0);
  } finally {
    await rm(folder, { recursive: true });
  }
});
