import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InstgenieClient } from '@instgenie/client';
import OpenAI, { toFile } from 'openai';
import { seeded } from '../../bench/eviction-trace.ts';
import { EditMix } from '../../harness/edit-mix.ts';
import { counts, offer } from '../../harness/load.ts';
import type { KubeCluster } from '../kube-cluster.ts';
import type { Figures, Scenario } from '../scenario.ts';

const ns = 'instgenie';
const kills = 20;
const perSecond = 0.5;
const root = fileURLToPath(new URL('../../../', import.meta.url));
const chart = join(root, 'charts/instgenie');
const model = join(root, 'deploy/models/portrait-fill');

/** Two of everything, at the ports of the node that lead out of it. There is no image of a Redis here. */
const values = {
  image: { registry: 'localhost', repository: 'instgenie', tag: 'dev' },
  redis: { mode: 'none' },
  gateway: {
    replicas: 2,
    service: { type: 'NodePort', ports: { grpc: { nodePort: 30_080 }, http: { nodePort: 30_081 } } },
  },
  balancer: { replicas: 2 },
};

async function install(cluster: KubeCluster): Promise<number> {
  const blobs = join(cluster.state, 'blobs');
  await mkdir(blobs);
  await chmod(blobs, 0o777);
  await cluster.apply(
    {
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name: 'blobs' },
      spec: {
        capacity: { storage: '10Gi' },
        accessModes: ['ReadWriteOnce'],
        hostPath: { path: blobs, type: 'Directory' },
      },
    },
    {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: ns, labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } },
    },
  );
  const file = join(cluster.folder, 'values.json');
  await writeFile(file, JSON.stringify(values));
  const preset = join(chart, 'ci/cpu-dev-values.yaml');
  const began = performance.now();
  await cluster.helm('install', 'ig', chart, '-n', ns, '-f', preset, '-f', file, '--wait', '--timeout', '5m');
  return (performance.now() - began) / 1000;
}

/** Edits through the node's port; those of one key have one answer, whoever gave it. */
function sender(client: InstgenieClient, mix: EditMix, random: () => number): () => Promise<'good' | 'wrong'> {
  const answers = new Map<string, string>();
  return async () => {
    const { spec, key } = mix.next(random);
    const { pictures } = await client.edit(spec, { deadlineMs: 120_000 });
    const digest = createHash('sha256')
      .update(pictures[0]?.image ?? '')
      .digest('hex');
    const known = answers.get(key) ?? digest;
    answers.set(key, known);
    return known === digest ? 'good' : 'wrong';
  };
}

async function editByOpenAi(): Promise<void> {
  const openai = new OpenAI({ baseURL: 'http://127.0.0.1:18081/v1', apiKey: 'none', maxRetries: 3 });
  const image = await toFile(await readFile(join(model, 'eval/00_source.png')), 'source.png', { type: 'image/png' });
  const { data } = await openai.images.edit({ model: 'portrait-fill', image, prompt: 'a hat' });
  assert((data?.[0]?.b64_json ?? '').length > 100, 'the openai client got no picture');
}

const services = [
  'deployment/ig-instgenie-gateway',
  'deployment/ig-instgenie-balancer',
  'statefulset/ig-instgenie-worker-default',
];

async function settled(cluster: KubeCluster): Promise<void> {
  for (const service of services) await cluster.kubectl('-n', ns, 'rollout', 'status', service, '--timeout=180s');
}

async function runningPods(cluster: KubeCluster): Promise<readonly string[]> {
  const text = await cluster.kubectl('-n', ns, 'get', 'pods', '--field-selector=status.phase=Running', '-o', 'name');
  return text.split('\n').filter((name) => name !== '' && !name.includes('test'));
}

/** Ends pods of all kinds one after the other, as when a node's kernel does. */
async function killPods(cluster: KubeCluster, random: () => number, say: (line: string) => void): Promise<void> {
  for (let kill = 0; kill < kills; kill++) {
    const pods = await runningPods(cluster);
    const pod = pods[Math.floor(random() * pods.length)] ?? assert.fail('there are no pods');
    await cluster.kubectl('-n', ns, 'delete', pod, '--grace-period=0', '--force', '--wait=false');
    await settled(cluster);
  }
  say(`${kills} pods killed`);
}

/** Takes all memory of a container, in processes that are each smaller than the worker: the kernel ends the largest. */
const hog = `
  require('node:fs').writeFileSync('/proc/1/oom_score_adj', '1000');
  const take = 'globalThis.taken = Buffer.alloc(200 << 20, 1); setInterval(() => {}, 1000)';
  setInterval(() => require('node:child_process').spawn(process.execPath, ['-e', take]), 100);
`;

/** Ends each worker as one that takes more memory than it may have: the kernel kills it, and it comes back in its pod. */
async function runOutOfMemory(cluster: KubeCluster, say: (line: string) => void): Promise<void> {
  const workers = (await runningPods(cluster)).filter((name) => name.includes('-worker-'));
  for (const pod of workers) {
    // The process that takes it ends with the container.
    await cluster.kubectl('-n', ns, 'exec', pod, '-c', 'worker', '--', 'node', '-e', hog).catch(() => undefined);
    const isKilled = '--for=jsonpath={.status.containerStatuses[0].lastState.terminated.reason}=OOMKilled';
    await cluster.kubectl('-n', ns, 'wait', pod, isKilled, '--timeout=180s');
    await settled(cluster);
  }
  say(`${workers.length} workers out of memory`);
}

/** Asks every pod to go, one after the other, as the drain of a node does; disruption budgets have a say. */
async function evictPods(cluster: KubeCluster, say: (line: string) => void): Promise<void> {
  const pods = await runningPods(cluster);
  for (const pod of pods) {
    const name = pod.replace('pod/', '');
    const file = join(cluster.folder, 'eviction.json');
    await writeFile(
      file,
      JSON.stringify({ apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace: ns } }),
    );
    await cluster.kubectl('create', '--raw', `/api/v1/namespaces/${ns}/pods/${name}/eviction`, '-f', file);
    await settled(cluster);
  }
  say(`${pods.length} pods evicted`);
}

async function update(cluster: KubeCluster, say: (line: string) => void): Promise<void> {
  for (const service of services) await cluster.kubectl('-n', ns, 'rollout', 'restart', service);
  await settled(cluster);
  say('all pods replaced');
}

/** Other settings of every service, as an upgrade brings them. */
async function upgrade(cluster: KubeCluster, say: (line: string) => void): Promise<void> {
  const [preset, file] = [join(chart, 'ci/cpu-dev-values.yaml'), join(cluster.folder, 'values.json')];
  const changed = [
    'gateway.config.edits.checkpointEvery=2',
    'balancer.config.limits.burst=2',
    'worker.config.edits.max=32',
  ];
  const set = changed.flatMap((value) => ['--set', value]);
  await cluster.helm('upgrade', 'ig', chart, '-n', ns, '-f', preset, '-f', file, ...set, '--wait', '--timeout', '5m');
  say('upgraded');
}

/** The chart as it is shipped, on a node that runs it. */
export const nodeChart: Scenario = {
  name: `the chart: install, helm test; ${kills} pod kills, workers out of memory, evictions, a rolling update and an upgrade under load, and no edit is lost`,
  level: 'node',
  run: async (cluster, say): Promise<Figures> => {
    await cluster.loadImages(model);
    const installed = await install(cluster);
    say(`installed in ${installed.toFixed(1)} s`);
    const began = performance.now();
    await cluster.helm('test', 'ig', '-n', ns);
    const tested = (performance.now() - began) / 1000;
    say(`helm test passed in ${tested.toFixed(1)} s`);
    await editByOpenAi();
    await using client = new InstgenieClient({ addresses: ['127.0.0.1:18080'] });
    const random = seeded(87);
    const mix = await EditMix.prepare(client, { templates: 3, steps: 4, side: 64 });
    const send = sender(client, mix, random);
    const over = new AbortController();
    const hurt = async () => {
      await killPods(cluster, seeded(88), say);
      await runOutOfMemory(cluster, say);
      await evictPods(cluster, say);
      await update(cluster, say);
      await upgrade(cluster, say);
      over.abort();
    };
    const ended: Awaited<ReturnType<typeof offer>>[number][] = [];
    const load = async () => {
      while (!over.signal.aborted) ended.push(...(await offer({ perSecond, seconds: 20, random, send })));
    };
    await Promise.all([hurt(), load()]);
    say(`${ended.length} edits`);
    assert.deepEqual(counts(ended), { good: ended.length });
    return { 'k8s.install_s': installed, 'k8s.helm_test_s': tested, 'k8s.edits_under_kills': ended.length };
  },
};
