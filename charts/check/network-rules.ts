import { type KubeObject, podTemplates } from './kube-objects.ts';
import { type Caller, reachable } from './network-graph.ts';

const strangers: readonly Caller[] = [
  { name: 'stranger', labels: { app: 'shop' }, namespace: { team: 'shop' } },
  { name: 'scraper', labels: { 'app.kubernetes.io/name': 'prometheus' }, namespace: { team: 'monitoring' } },
  { name: 'neighbour', labels: { app: 'shop' } },
];
// 6443, the metrics of autoscalers, is called by the API server, which is no pod.
const callers: Readonly<Record<string, readonly string[]>> = {
  7060: ['gateway'],
  7070: ['gateway', 'balancer', 'worker'],
  6379: ['gateway', 'balancer', 'worker'],
  9060: ['scraper'],
  9070: ['scraper'],
  9080: ['scraper', 'test'],
};

/** Where more or fewer connections are let through than should be: reliability's I2. */
export function networkMistakes(objects: readonly KubeObject[]): readonly string[] {
  const edges = reachable(objects, strangers);
  const parts = new Map([
    ['gateway', [7080, 8080, 9080]],
    ['balancer', [7060, 9060]],
    ['worker', [7070, 9070]],
    ['redis', [6379]],
  ]);
  const hasRedis = objects.some(({ kind, metadata }) => kind === 'StatefulSet' && metadata.name.endsWith('-redis'));
  if (!hasRedis) parts.delete('redis');
  const hasTest = podTemplates(objects).some(({ component }) => component === 'test');
  const isThere = (name: string) => name !== 'test' || hasTest;
  return [...parts].flatMap(([to, ports]) =>
    ports.flatMap((port) => {
      const found = new Set(edges.filter((edge) => edge.to === to && edge.port === port).map(({ from }) => from));
      const want = callers[port];
      // What callers reach is open to everybody outside of the release, and to its test.
      if (want === undefined) {
        return ['stranger', 'neighbour', 'test']
          .filter((name) => isThere(name) && !found.has(name))
          .map((name) => `${name} does not reach ${to}:${port}`);
      }
      return [
        ...[...found].filter((name) => !want.includes(name)).map((name) => `${name} reaches ${to}:${port}`),
        ...want
          .filter((name) => isThere(name) && !found.has(name))
          .map((name) => `${name} does not reach ${to}:${port}`),
      ];
    }),
  );
}
