import type { EndpointSlice } from './endpoint-slice.ts';

/** Where a worker serves, and the pod that it is. */
export interface Endpoint {
  /** `host:port`. */
  readonly address: string;
  /** Undefined for what is no pod. */
  readonly pod: string | undefined;
}

export interface MergeSettings {
  /** The port's number, or its name in the slices. */
  readonly port: number | string;
  readonly endpointsMax: number;
}

type SliceEndpoint = EndpointSlice['endpoints'][number];

interface Candidate extends Endpoint {
  /** Who it is, whatever its addresses are. */
  readonly identity: string;
  readonly family: EndpointSlice['addressType'];
}

/** Where a pod has addresses of several families, the first of these counts. */
const families = ['IPv4', 'IPv6', 'FQDN'] as const;

/**
 * Where workers serve by all slices of their service, in the order of addresses: those that serve and do not terminate,
 * each pod once. A pod that moves from slice to slice may be in two of them; one that terminates in either does so.
 */
export function mergeSlices(
  slices: Iterable<EndpointSlice>,
  { port, endpointsMax }: MergeSettings,
): readonly Endpoint[] {
  const leaving = new Set<string>();
  const found = new Map<string, Candidate>();
  for (const slice of slices) {
    const number = portOf(slice, port);
    for (const endpoint of slice.endpoints) {
      const identity = identityOf(endpoint, number);
      if (identity === undefined) continue;
      if (endpoint.conditions.terminating === true) leaving.add(identity);
      else if (number !== undefined && isServing(endpoint)) {
        const candidate = candidateOf(endpoint, { identity, family: slice.addressType, port: number });
        const known = found.get(identity);
        if (known === undefined || isBetter(candidate, known)) found.set(identity, candidate);
      }
    }
  }
  const endpoints = new Map<string, Endpoint>();
  for (const { identity, address, pod } of [...found.values()].toSorted(byIdentity)) {
    if (!leaving.has(identity)) endpoints.set(address, { address, pod });
  }
  return [...endpoints.values()].toSorted((a, b) => (a.address < b.address ? -1 : 1)).slice(0, endpointsMax);
}

/** So that of two pods at one address the same one counts, whatever the order of slices. */
function byIdentity(a: Candidate, b: Candidate): number {
  return a.identity < b.identity ? -1 : 1;
}

function candidateOf(
  { addresses, targetRef }: SliceEndpoint,
  { identity, family, port }: Pick<Candidate, 'identity' | 'family'> & { readonly port: number },
): Candidate {
  const [host = ''] = addresses;
  return {
    identity,
    family,
    address: family === 'IPv6' ? `[${host}]:${port}` : `${host}:${port}`,
    pod: targetRef?.kind === 'Pod' ? targetRef.name : undefined,
  };
}

/** The same choice whatever the order of slices. */
function isBetter(a: Candidate, b: Candidate): boolean {
  const rank = families.indexOf(a.family) - families.indexOf(b.family);
  return rank === 0 ? a.address < b.address : rank < 0;
}

/** What is not said counts as the API says that it should: serving as ready is, and ready. */
function isServing({ conditions: { ready, serving } }: SliceEndpoint): boolean {
  return serving ?? ready ?? true;
}

/** A pod that is replaced has another uid, whatever its name and its address; what is no pod is known by its address. */
function identityOf({ addresses, targetRef }: SliceEndpoint, port: number | undefined): string | undefined {
  return addresses[0] === undefined ? undefined : (targetRef?.uid ?? `${addresses[0]}:${port}`);
}

function portOf({ ports }: EndpointSlice, wanted: number | string): number | undefined {
  if (typeof wanted === 'number') return wanted;
  return ports.find(({ name }) => name === wanted)?.port ?? undefined;
}
