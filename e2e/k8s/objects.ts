/** Objects of Kubernetes that scenarios on nodes that are not there need. */

export function namespace(name: string): object {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
}

/** A headless service of what is labelled `app: NAME`; without `isSelecting`, of slices that somebody else makes. */
export function headless(name: string, ns: string, { isSelecting = true } = {}): object {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: ns },
    spec: {
      clusterIP: 'None',
      ports: [{ name: 'grpc', port: 7070 }],
      ...(isSelecting ? { selector: { app: name } } : {}),
    },
  };
}

/** Pods that only say that they run. */
export function pool(name: string, ns: string, replicas: number | undefined): object {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: ns },
    spec: {
      ...(replicas === undefined ? {} : { replicas }),
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: {
          terminationGracePeriodSeconds: 30,
          containers: [{ name: 'worker', image: 'worker', ports: [{ name: 'grpc', containerPort: 7070 }] }],
        },
      },
    },
  };
}

/** A slice of its own for who is at an address and port. */
export function slice(name: string, ns: string, at: { service: string; host: string; port: number }): object {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name, namespace: ns, labels: { 'kubernetes.io/service-name': at.service } },
    addressType: 'IPv4',
    ports: [{ name: 'grpc', port: at.port, protocol: 'TCP' }],
    endpoints: [{ addresses: [at.host], conditions: { ready: true, serving: true, terminating: false } }],
  };
}
