import { type Registry, readGauge } from '@instgenie/telemetry';
import type { Discovery } from './discovery.ts';

/** The same, with what it knows in metrics. */
export function countedDiscovery(discovery: Discovery, registry: Registry): Discovery {
  let count = 0;
  const help = 'Workers that discovery names.';
  readGauge(registry, { name: 'discovery_endpoints', help }, () => [[count]]);
  const age = 'Since the source of discovery was heard last: what is known may be so old.';
  readGauge(registry, { name: 'discovery_staleness_seconds', help: age }, () => [[discovery.staleMs() / 1000]]);
  return {
    staleMs: () => discovery.staleMs(),
    addresses: async function* (signal) {
      for await (const addresses of discovery.addresses(signal)) {
        count = addresses.length;
        yield addresses;
      }
    },
  };
}
