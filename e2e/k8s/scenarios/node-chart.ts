import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import OpenAI, { toFile } from 'openai';
import { seeded } from '../../bench/eviction-trace.ts';
import { buildImages } from '../build-images.ts';
import { editsMeanwhile } from '../edits-meanwhile.ts';
import { addresses, model, Release } from '../release.ts';
import type { Figures, Scenario } from '../scenario.ts';

const kills = 20;

async function editByOpenAi(): Promise<void> {
  const openai = new OpenAI({ baseURL: `${addresses.http}/v1`, apiKey: 'none', maxRetries: 3 });
  const image = await toFile(await readFile(join(model, 'eval/00_source.png')), 'source.png', { type: 'image/png' });
  const { data } = await openai.images.edit({ model: 'portrait-fill', image, prompt: 'a hat' });
  assert((data?.[0]?.b64_json ?? '').length > 100, 'the openai client got no picture');
}

/** Ends pods of all kinds one after the other, as when a node's kernel does. */
async function killPods(release: Release, random: () => number): Promise<void> {
  for (let kill = 0; kill < kills; kill++) {
    const pods = await release.runningPods();
    const pod = pods[Math.floor(random() * pods.length)] ?? assert.fail('there are no pods');
    await release.kubectl('delete', pod, '--grace-period=0', '--force', '--wait=false');
    await release.settled();
  }
}

/** Takes all memory of a container, in processes that are each smaller than the worker: the kernel ends the largest. */
const hog = `
  require('node:fs').writeFileSync('/proc/1/oom_score_adj', '1000');
  const take = 'globalThis.taken = Buffer.alloc(200 << 20, 1); setInterval(() => {}, 1000)';
  setInterval(() => require('node:child_process').spawn(process.execPath, ['-e', take]), 100);
`;

/** Ends each worker as one that takes more memory than it may have: the kernel kills it, and it comes back in its pod. */
async function runOutOfMemory(release: Release): Promise<void> {
  for (const pod of (await release.runningPods()).filter((name) => name.includes('-worker-'))) {
    // The process that takes it ends with the container.
    await release.kubectl('exec', pod, '-c', 'worker', '--', 'node', '-e', hog).catch(() => undefined);
    const isKilled = '--for=jsonpath={.status.containerStatuses[0].lastState.terminated.reason}=OOMKilled';
    await release.kubectl('wait', pod, isKilled, '--timeout=180s');
    await release.settled();
  }
}

async function evictPods(release: Release): Promise<void> {
  for (const pod of await release.runningPods()) {
    await release.evict(pod);
    await release.settled();
  }
}

async function endRedis(release: Release): Promise<void> {
  await release.kubectl('delete', 'pod/ig-instgenie-redis-0', '--grace-period=0', '--force', '--wait=false');
  await release.settled();
}

/** Other settings of every service, as an upgrade brings them. */
const changed = [
  'gateway.config.edits.checkpointEvery=2',
  'balancer.config.limits.burst=2',
  'worker.config.edits.max=32',
];

/** The chart as it is shipped, on a node that runs it. */
export const nodeChart: Scenario = {
  name: `the chart: install, helm test; ${kills} pod kills, Redis ended, workers out of memory, evictions, a rolling update and an upgrade under load, and no edit is lost`,
  level: 'node',
  run: async (cluster, say): Promise<Figures> => {
    await cluster.loadImages(await buildImages(cluster, model));
    const timed = async (what: string, happens: () => Promise<unknown>) => {
      const began = performance.now();
      await happens();
      const seconds = (performance.now() - began) / 1000;
      say(`${what} (${seconds.toFixed(1)} s)`);
      return seconds;
    };
    await using cleanup = new AsyncDisposableStack();
    const began = performance.now();
    const release = cleanup.use(await Release.install(cluster));
    const installed = (performance.now() - began) / 1000;
    say(`installed (${installed.toFixed(1)} s)`);
    const tested = await timed('helm test', async () => await release.test());
    await editByOpenAi();
    const client = cleanup.use(release.client());
    const edits = await editsMeanwhile(client, async () => {
      await timed('Redis ended', async () => await endRedis(release));
      await timed(`${kills} pods killed`, async () => await killPods(release, seeded(88)));
      await timed('workers out of memory', async () => await runOutOfMemory(release));
      await timed('pods evicted', async () => await evictPods(release));
      await timed('all pods replaced', async () => await release.restart());
      await timed('upgraded', async () => await release.upgrade(...changed));
    });
    say(`${edits} edits`);
    return { 'k8s.install_s': installed, 'k8s.helm_test_s': tested, 'k8s.edits_under_kills': edits };
  },
};
