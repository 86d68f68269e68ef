import type { Clock } from '@instgenie/domain';
import type { Log, Registry } from '@instgenie/telemetry';
import { type BalancerConfig, type DiscoveryConfig, dnsEveryMs, workersMax } from '../config.ts';
import { kubeconfigAccess, podAccess } from '../kubernetes/api-access.ts';
import { KubeApi } from '../kubernetes/kube-api.ts';
import { countedDiscovery } from './counted-discovery.ts';
import { type Discovery, staticDiscovery } from './discovery.ts';
import { DnsDiscovery, type DnsSettings } from './dns-discovery.ts';
import type { Endpoint } from './merge-slices.ts';
import { SliceDiscovery, type Trouble } from './slice-discovery.ts';

export interface DiscoveryParts {
  readonly clock: Clock;
  readonly log: Log;
  readonly registry: Registry;
}

/** Workers that are pods, and how to reach their API. */
export interface DiscoveredPods {
  readonly api: KubeApi;
  readonly namespace: string;
  readonly endpoints: () => readonly Endpoint[];
}

export interface OpenedDiscovery {
  readonly discovery: Discovery;
  /** Where pods are to be told what their caches are worth. */
  readonly pods?: DiscoveredPods;
}

const refusedMs = 30_000;

/** Opens what finds workers, as settings say. Throws `invalid` where it cannot be. */
export async function openDiscovery(
  { workers, discovery }: Pick<BalancerConfig, 'workers' | 'discovery'>,
  parts: DiscoveryParts,
): Promise<OpenedDiscovery> {
  const chosen = discovery ?? { kind: 'static', workers: workers ?? [] };
  const opened = await open(chosen, parts);
  return { ...opened, discovery: countedDiscovery(opened.discovery, parts.registry) };
}

async function open(config: DiscoveryConfig, parts: DiscoveryParts): Promise<OpenedDiscovery> {
  switch (config.kind) {
    case 'static':
      return { discovery: staticDiscovery(config.workers) };
    case 'dns':
      return { discovery: openDns(config, parts) };
    case 'endpoint-slices':
      return await openSlices(config, parts);
  }
}

function openDns(settings: DnsSettings, { clock, log }: DiscoveryParts): DnsDiscovery {
  return new DnsDiscovery(settings, {
    clock,
    onFailure: (error, failures) => {
      if (isWorthTelling(failures)) log.warn({ failures, reason: reasonOf(error) }, 'DNS does not answer');
    },
  });
}

async function openSlices(
  {
    service,
    namespace,
    port,
    kubeconfig,
    deletionCost,
    fallback,
  }: Extract<DiscoveryConfig, { kind: 'endpoint-slices' }>,
  parts: DiscoveryParts,
): Promise<OpenedDiscovery> {
  const { clock, log } = parts;
  const api = new KubeApi(kubeconfig === undefined ? await podAccess(process.env) : await kubeconfigAccess(kubeconfig));
  const settings = { service, namespace: namespace ?? api.namespace, port, refusedMs, endpointsMax: workersMax };
  const discovery = new SliceDiscovery(settings, {
    api,
    clock,
    random: Math.random,
    fallback: fallback === undefined ? undefined : openDns({ ...fallback, everyMs: dnsEveryMs }, parts),
    onTrouble: (trouble) => tell(log, trouble),
  });
  if (!deletionCost) return { discovery };
  return { discovery, pods: { api, namespace: settings.namespace, endpoints: () => discovery.endpoints } };
}

/** The first time, and then less and less often. */
function isWorthTelling(failures: number): boolean {
  return Number.isInteger(Math.log2(failures));
}

function tell(log: Log, trouble: Trouble): void {
  if (trouble.kind === 'refused') {
    log.warn({ status: trouble.status }, 'the Kubernetes API refuses to tell of workers');
  } else if (isWorthTelling(trouble.failures)) {
    log.warn({ failures: trouble.failures, reason: reasonOf(trouble.error) }, 'the Kubernetes API does not answer');
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown';
}
