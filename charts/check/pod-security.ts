import {
  at,
  containersOf,
  type Fields,
  type KubeObject,
  listAt,
  type PodTemplate,
  podTemplates,
  textOf,
} from './kube-objects.ts';

/** Kinds of volumes that Pod Security `restricted` allows. */
const volumeKinds = new Set([
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'image',
  'persistentVolumeClaim',
  'projected',
  'secret',
]);

/** Where pods are not as Pod Security `restricted` wants them, and as we do: read-only roots, no tokens, limits. */
export function podSecurityMistakes(objects: readonly KubeObject[]): readonly string[] {
  return podTemplates(objects).flatMap((pod) =>
    [...podMistakes(pod), ...containerMistakes(pod)].map((text) => `${pod.name}: ${text}`),
  );
}

function podMistakes({ spec, component }: PodTemplate): readonly string[] {
  const wrong: string[] = [];
  const security = (name: string) => at(spec, 'securityContext', name);
  if (security('runAsNonRoot') !== true) wrong.push('runAsNonRoot is not true');
  const user = security('runAsUser');
  if (typeof user !== 'number' || user === 0) wrong.push('runAsUser is root, or not said');
  if (at(spec, 'securityContext', 'seccompProfile', 'type') !== 'RuntimeDefault')
    wrong.push('seccomp is not RuntimeDefault');
  for (const name of ['hostNetwork', 'hostPID', 'hostIPC', 'hostUsers', 'shareProcessNamespace']) {
    if (spec[name] !== undefined) wrong.push(`${name} is set`);
  }
  const isMounted = spec['automountServiceAccountToken'];
  if (isMounted !== false && !(isMounted === true && component === 'balancer')) {
    wrong.push('a token of its service account is mounted, or it is not said that none is');
  }
  for (const volume of listAt(spec, 'volumes')) {
    const kinds = Object.keys(volume).filter((key) => key !== 'name');
    if (kinds.length !== 1 || !volumeKinds.has(kinds[0] ?? ''))
      wrong.push(`volume ${textOf(volume['name'])} is ${kinds.join(' and ')}`);
  }
  return wrong;
}

function containerMistakes(pod: PodTemplate): readonly string[] {
  return containersOf(pod).flatMap((container) => {
    const wrong: string[] = [];
    const security = (name: string) => at(container, 'securityContext', name);
    if (security('allowPrivilegeEscalation') !== false) wrong.push('may escalate privileges');
    if (security('readOnlyRootFilesystem') !== true) wrong.push('can write to its root');
    if (security('privileged') !== undefined) wrong.push('says something of privileged');
    const capabilities = (at(container, 'securityContext', 'capabilities') ?? {}) as Fields;
    if (String(capabilities['drop']) !== 'ALL' || capabilities['add'] !== undefined)
      wrong.push('does not drop ALL capabilities');
    if (listAt(container, 'ports').some((port) => 'hostPort' in port)) wrong.push('has a port of the host');
    if (!listAt(container, 'volumeMounts').some((mount) => mount['mountPath'] === '/tmp')) wrong.push('has no /tmp');
    if (at(container, 'resources', 'requests', 'memory') === undefined) wrong.push('does not say what memory it needs');
    return wrong.map((text) => `container ${textOf(container['name'])} ${text}`);
  });
}
