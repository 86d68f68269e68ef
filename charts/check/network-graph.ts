import { type Fields, isFields, type KubeObject, listAt, podTemplates } from './kube-objects.ts';

/** Who asks: a pod by its labels and namespace. */
export interface Caller {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Of its namespace; undefined: the release's own. */
  readonly namespace?: Readonly<Record<string, string>>;
}

export interface Edge {
  readonly from: string;
  readonly to: string;
  readonly port: number;
}

/**
 * Which connections to pods of a release are let through, as a network plugin would decide: a pod that no policy selects
 * is open; else one ingress rule has to match and, where the caller is of the release, one of its egress rules.
 */
export function reachable(objects: readonly KubeObject[], strangers: readonly Caller[]): readonly Edge[] {
  const policies = objects.filter(({ kind }) => kind === 'NetworkPolicy');
  const pods = podTemplates(objects).map(({ component, labels, spec }) => ({
    name: component,
    labels,
    ports: listAt(spec, 'containers').flatMap((container) =>
      listAt(container, 'ports').map((port) => Number(port['containerPort'])),
    ),
  }));
  const edges = new Map<string, Edge>();
  for (const to of pods) {
    for (const from of [...pods, ...strangers] as readonly Caller[]) {
      for (const port of to.ports) {
        const isOwn = from.namespace === undefined;
        const lets =
          isLet(policies, { side: 'Ingress', self: to, other: from, port }) &&
          (!isOwn || isLet(policies, { side: 'Egress', self: from, other: to, port }));
        if (lets) edges.set(`${from.name} ${to.name} ${port}`, { from: from.name, to: to.name, port });
      }
    }
  }
  return [...edges.values()];
}

interface Question {
  readonly side: 'Ingress' | 'Egress';
  readonly self: Caller;
  readonly other: Caller;
  readonly port: number;
}

function isLet(policies: readonly KubeObject[], { side, self, other, port }: Question): boolean {
  const mine = policies.filter(({ spec }) => {
    const { podSelector, policyTypes } = spec as {
      readonly podSelector: Fields;
      readonly policyTypes: readonly string[];
    };
    return policyTypes.includes(side) && selects(podSelector, self.labels);
  });
  if (mine.length === 0) return true;
  return mine.some((policy) =>
    listAt(policy, 'spec', side.toLowerCase()).some((rule) => {
      const ports = listAt(rule, 'ports');
      if (ports.length > 0 && !ports.some((each) => each['port'] === port && each['protocol'] !== 'UDP')) return false;
      const peers = listAt(rule, side === 'Ingress' ? 'from' : 'to');
      return peers.length === 0 || peers.some((peer) => isPeer(peer, other));
    }),
  );
}

function isPeer(peer: Fields, { labels, namespace }: Caller): boolean {
  const { podSelector, namespaceSelector, ipBlock } = peer;
  if (ipBlock !== undefined) return false;
  const isHere =
    namespaceSelector === undefined ? namespace === undefined : selects(namespaceSelector, namespace ?? {});
  return isHere && (podSelector === undefined || selects(podSelector, labels));
}

function selects(selector: unknown, labels: Readonly<Record<string, string>>): boolean {
  if (!isFields(selector)) return false;
  if (selector['matchExpressions'] !== undefined) throw new RangeError('matchExpressions are not understood here');
  return Object.entries((selector['matchLabels'] ?? {}) as Fields).every(([name, value]) => labels[name] === value);
}
