import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { seeded } from '../../bench/eviction-trace.ts';
import { Cluster } from '../../harness/cluster.ts';
import { EditMix } from '../../harness/edit-mix.ts';
import { counts, offer } from '../../harness/load.ts';
import { clientSender } from '../../harness/senders.ts';
import type { ServiceProcess } from '../../harness/service-process.ts';
import { gauge } from '../gauges.ts';
import { headless, namespace, slice } from '../objects.ts';
import { OutsidePort, outsideHost } from '../outside-port.ts';
import type { Scenario } from '../scenario.ts';
import { waitUntil } from '../wait-until.ts';

const ns = 'outage';
const outageSeconds = 60;
const perSecond = 5;

/** Edits go on while there is no API server, also when a worker dies meanwhile; what changed is known soon after it is back. */
export const kwokApiOutage: Scenario = {
  name: `the API server is gone for ${outageSeconds} s: every edit is done, and a worker that came is known within 5 s after`,
  level: 'kwok',
  skip: () => (outsideHost() === undefined ? 'this machine has no address beside its loopback' : undefined),
  run: async (kube, say) => {
    const host = outsideHost() ?? assert.fail();
    await using cleanup = new AsyncDisposableStack();
    const announce = async (worker: ServiceProcess) => {
      const { port } = cleanup.use(await OutsidePort.open(host, worker.at.port));
      return slice(worker.name, ns, { service: 'workers', host, port });
    };
    await kube.apply(namespace(ns), headless('workers', ns, { isSelecting: false }));
    let late: object | undefined;
    const cluster = cleanup.use(
      await Cluster.start({
        workers: 3,
        workerSet: ['timeScale=0.1', 'side=128'],
        discovery: async (workers) => {
          const slices = await Promise.all(workers.map(announce));
          late = slices[2];
          await kube.apply(...slices);
          return { kind: 'endpoint-slices', service: 'workers', namespace: ns, kubeconfig: kube.kubeconfig };
        },
      }),
    );
    const [balancer, first, third] = [cluster.balancers[0], cluster.workers[0], cluster.workers[2]];
    assert(balancer !== undefined && first !== undefined && third !== undefined && late !== undefined);
    const figure = async (name: string) => gauge(await balancer.metrics(), `instgenie_discovery_${name}`);
    await kube.kubectl('-n', ns, 'delete', 'endpointslice', third.name);
    await waitUntil('one is gone', async () => (await figure('endpoints')) === 2, { seconds: 5 });
    const client = cluster.client();
    const random = seeded(86);
    const mix = await EditMix.prepare(client, { templates: 8, steps: 8 });
    const send = clientSender(client, { mix, random, deadlineMs: 30_000 });
    const outage = async () => {
      await pause(2000);
      await kube.killApiServer();
      await pause((outageSeconds * 1000) / 2);
      await first.restart();
      await pause((outageSeconds * 1000) / 2);
      const stale = await figure('staleness_seconds');
      assert.equal(await figure('endpoints'), 2);
      assert(stale > outageSeconds - 10, `staleness of ${stale} s`);
      await kube.startApiServer();
      await kube.apply(late ?? assert.fail());
      return await waitUntil('the third is known', async () => (await figure('endpoints')) === 3, { seconds: 30 });
    };
    const [ended, back] = await Promise.all([
      offer({ perSecond, seconds: outageSeconds + 10, random, send }),
      outage(),
    ]);
    say(`${ended.length} edits; the third worker known ${back.toFixed(2)} s after it was announced`);
    assert.deepEqual(counts(ended), { good: ended.length });
    assert(back <= 5, `known ${back} s after the API was back`);
    return { 'k8s.outage_edits': ended.length, 'k8s.outage_recovery_s': back };
  },
};
