import { at, type KubeObject, nameOf, podTemplates, textOf } from './kube-objects.ts';

const allowed = JSON.stringify([
  { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: ['get', 'list', 'watch'] },
]);

const allowedEverywhere = JSON.stringify([
  { apiGroups: ['external.metrics.k8s.io'], resources: ['instgenie_pool_queue_seconds'], verbs: ['get', 'list'] },
]);

/** Who may ask the API for what: only balancers, only for EndpointSlices, and only where they watch these. */
export function accessMistakes(objects: readonly KubeObject[]): readonly string[] {
  const wrong = objects
    .filter(({ kind }) => kind === 'ClusterRole')
    .filter((role) => JSON.stringify(role['rules']) !== allowedEverywhere)
    .map((role) => `${nameOf(role)}: allows more than to read one metric`);
  for (const role of objects.filter(({ kind }) => kind === 'Role')) {
    if (JSON.stringify(role['rules']) !== allowed)
      wrong.push(`${nameOf(role)}: allows more than to watch EndpointSlices`);
  }
  const bound = new Set(
    objects
      .filter(({ kind }) => kind === 'RoleBinding')
      .flatMap((object) => (object['subjects'] as { name: string }[]).map(({ name }) => name)),
  );
  for (const { name, spec } of podTemplates(objects)) {
    const account = textOf(spec['serviceAccountName'] ?? 'default');
    const isBound = bound.has(account);
    if (spec['automountServiceAccountToken'] !== isBound)
      wrong.push(`${name}: token ${isBound ? 'missing' : 'for nothing'}`);
    // One that is not of the release is somebody else's.
    const made = objects.find(({ kind, metadata }) => kind === 'ServiceAccount' && metadata.name === account);
    if (made !== undefined && at(made, 'automountServiceAccountToken') !== false)
      wrong.push(`${name}: account ${account} mounts tokens`);
  }
  return wrong;
}
