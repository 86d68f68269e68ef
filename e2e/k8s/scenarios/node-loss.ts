import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { buildImages } from '../build-images.ts';
import { editsMeanwhile } from '../edits-meanwhile.ts';
import { model, Release } from '../release.ts';
import type { Figures, Scenario } from '../scenario.ts';
import { waitUntil } from '../wait-until.ts';

const [first, second] = ['instgenie', 'second'] as const;
const onFirst = { nodeSelector: { 'kubernetes.io/hostname': first } };
/** Load goes on for so long before, and after the node's pods run elsewhere. */
const quietMs = 10_000;

/** A node with a gateway, a balancer and a worker dies: its edits go on elsewhere, and so do its pods once it is given up. */
export const nodeLoss: Scenario = {
  name: 'a node that is lost under load: no edit is lost, and once it is deleted its pods run on the other one',
  level: 'node',
  run: async (cluster, say): Promise<Figures> => {
    const images = await buildImages(cluster, model);
    await cluster.loadImages(images);
    await cluster.addNode(second, images);
    await using cleanup = new AsyncDisposableStack();
    const release = cleanup.use(await Release.install(cluster, { redis: { internal: onFirst } }));
    const lost = await release.runningPods(`spec.nodeName=${second}`);
    for (const kind of ['gateway', 'balancer', 'worker']) {
      assert(
        lost.some((pod) => pod.includes(`-${kind}-`)),
        `no ${kind} is on the node that is to be lost: ${lost.join(', ')}`,
      );
    }
    say(`on the second node: ${lost.join(', ')}`);
    const client = cleanup.use(release.client());
    let noticedS = 0;
    let recoveredS = 0;
    const edits = await editsMeanwhile(client, async () => {
      await pause(quietMs);
      const began = performance.now();
      const since = () => (performance.now() - began) / 1000;
      await cluster.loseNode(second);
      say('lost');
      const isNoticed = async () => (await cluster.kubectl('get', `node/${second}`)).includes('NotReady');
      await waitUntil('the node is not ready', isNoticed, { seconds: 120, everyMs: 500 });
      noticedS = since();
      say(`Kubernetes has noticed after ${noticedS.toFixed(1)} s`);
      await cluster.kubectl('delete', `node/${second}`);
      const isElsewhere = async () => (await release.runningPods(`spec.nodeName=${second}`)).length === 0;
      await waitUntil('pods of the node are given up', isElsewhere, { seconds: 180, everyMs: 500 });
      await release.settled();
      recoveredS = since();
      say(`all pods are on the first node after ${recoveredS.toFixed(1)} s`);
      await pause(quietMs);
    });
    say(`${edits} edits`);
    return {
      'k8s.node_lost_noticed_s': noticedS,
      'k8s.node_lost_recovered_s': recoveredS,
      'k8s.edits_under_loss': edits,
    };
  },
};
