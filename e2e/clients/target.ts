import { Cluster } from '../harness/cluster.ts';

/** A deployment that clients of other languages are tried on. */
export interface Target extends AsyncDisposable {
  /** Of its gateways. */
  readonly addresses: readonly string[];
  readonly apiKey: string;
}

export async function startTarget({ gateways }: { readonly gateways: number }): Promise<Target> {
  const gatewaySet = ['reflection=true'];
  const cluster = await Cluster.start({ workers: 1, gateways, tenants: ['acme'], gatewaySet });
  return {
    addresses: cluster.gateways.map(({ address }) => address),
    apiKey: cluster.apiKey() ?? '',
    [Symbol.asyncDispose]: () => cluster[Symbol.asyncDispose](),
  };
}
