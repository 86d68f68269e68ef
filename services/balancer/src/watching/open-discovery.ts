import type { Clock } from '@instgenie/domain';
import type { Log, Registry } from '@instgenie/telemetry';
import { type BalancerConfig, type DiscoveryConfig, dnsEveryMs, workersMax } from '../config.ts';
import { kubeconfigAccess, podAccess } from '../kubernetes/api-access.ts';
import { KubeApi } from '../kubernetes/kube-api.ts';
import { countedDiscovery } from './counted-discovery.ts';
import { type Discovery, staticDiscovery } from './discovery.ts';
import { DnsDiscovery, type DnsSettings } from './dns-discovery.ts';
import { SliceDiscovery, type Trouble } from './slice-discovery.ts';

export interface DiscoveryParts {
  readonly clock: Clock;
  readonly log: Log;
  readonly registry: Registry;
}

const refusedMs = 30_000;

/** Opens what finds workers, as settings say. Throws `invalid` where it cannot be. */
export async function openDiscovery(
  { workers, discovery }: Pick<BalancerConfig, 'workers' | 'discovery'>,
  parts: DiscoveryParts,
): Promise<Discovery> {
  const chosen = discovery ?? { kind: 'static', workers: workers ?? [] };
  return countedDiscovery(await open(chosen, parts), parts.registry);
}

async function open(config: DiscoveryConfig, parts: DiscoveryParts): Promise<Discovery> {
  switch (config.kind) {
    case 'static':
      return staticDiscovery(config.workers);
    case 'dns':
      return openDns(config, parts);
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
  { service, namespace, port, kubeconfig, fallback }: Extract<DiscoveryConfig, { kind: 'endpoint-slices' }>,
  parts: DiscoveryParts,
): Promise<SliceDiscovery> {
  const { clock, log } = parts;
  const api = new KubeApi(kubeconfig === undefined ? await podAccess(process.env) : await kubeconfigAccess(kubeconfig));
  const settings = { service, namespace: namespace ?? api.namespace, port, refusedMs, endpointsMax: workersMax };
  return new SliceDiscovery(settings, {
    api,
    clock,
    random: Math.random,
    fallback: fallback === undefined ? undefined : openDns({ ...fallback, everyMs: dnsEveryMs }, parts),
    onTrouble: (trouble) => tell(log, trouble),
  });
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
