import type { PeerSettings } from './peer-settings.ts';

/** What is known of a peer when one is chosen. */
export interface PeerState {
  readonly streams: number;
  /** Failures since it last did what was asked. */
  readonly failures: number;
  readonly asideUntilMs: number;
}

/** `wait`: one that could be asked has no stream left. */
export type PeerChoice<Peer> = { readonly kind: 'chosen'; readonly peer: Peer } | { readonly kind: 'wait' | 'none' };

/** The peer with the fewest streams that is neither put aside nor among `tried`; of equals, the first. */
export function choosePeer<Peer extends PeerState>(
  peers: readonly Peer[],
  {
    tried,
    nowMs,
    streamsPerPeerMax,
  }: { readonly tried: ReadonlySet<Peer>; readonly nowMs: number; readonly streamsPerPeerMax: number },
): PeerChoice<Peer> {
  const candidates = peers.filter((peer) => peer.asideUntilMs <= nowMs && !tried.has(peer));
  if (candidates.length === 0) return { kind: 'none' };
  const [first, ...others] = candidates.filter(({ streams }) => streams < streamsPerPeerMax);
  if (first === undefined) return { kind: 'wait' };
  return { kind: 'chosen', peer: others.reduce((best, peer) => (peer.streams < best.streams ? peer : best), first) };
}

/** How long a peer is put aside after so many failures in a row. */
export function asideMs(failures: number, { backoffMs, backoffMsMax }: PeerSettings): number {
  return Math.min(backoffMsMax, backoffMs * 2 ** (failures - 1));
}
