import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { seeded } from '../bench/eviction-trace.ts';
import { Cluster } from '../harness/cluster.ts';
import { EditMix } from '../harness/edit-mix.ts';
import { closedLoop, counts } from '../harness/load.ts';
import { clientSender } from '../harness/senders.ts';
import type { ServiceProcess } from '../harness/service-process.ts';

const edits = 20;

/** Spans by what became of them. */
async function spansOf(service: ServiceProcess): Promise<Readonly<Record<string, number>>> {
  const lines = (await service.metrics()).matchAll(/^instgenie_spans_total\{outcome="(\w+)"\} (\d+)$/gm);
  return Object.fromEntries([...lines].map(([, outcome = '', count]) => [outcome, Number(count)]));
}

/** Takes connections and never answers. */
async function startDeaf() {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => undefined).resume());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' ? (address?.port ?? 0) : 0,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

test('where the collector is gone, or takes connections and says nothing, edits go on, and lost spans are counted', async () => {
  await using deaf = await startDeaf();
  await using cluster = await Cluster.start({
    workers: 1,
    gatewaySet: [`traces.endpoint=http://127.0.0.1:${deaf.port}/v1/traces`],
    balancerSet: ['traces.endpoint=http://127.0.0.1:1/v1/traces', 'limits.waitMsMax=60000'],
  });
  const client = cluster.client();
  const mix = await EditMix.prepare(client, { templates: 2, steps: 2 });
  const send = clientSender(client, { mix, random: seeded(5), deadlineMs: 60_000 });
  assert.deepEqual(counts(await closedLoop({ count: edits, atOnce: 4, send })), { good: edits });
  for (const name of ['gateway-1', 'balancer-1']) {
    let spans = await spansOf(cluster.process(name));
    while ((spans['failed'] ?? 0) < edits) {
      await pause(50);
      spans = await spansOf(cluster.process(name));
    }
    assert.equal(spans['sent'], 0, name);
    assert.equal(spans['full'], 0, name);
  }
});
