import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asideMs, choosePeer, type PeerState } from './choose-peer.ts';
import { peerSettings } from './peer-settings.ts';

const peer = (streams: number, asideUntilMs = 0): PeerState => ({ streams, failures: 0, asideUntilMs });

const rows: readonly { name: string; peers: readonly PeerState[]; tried?: readonly number[]; want: number | string }[] =
  [
    { name: 'of equals the first one', peers: [peer(0), peer(0)], want: 0 },
    { name: 'the one with fewer streams', peers: [peer(1), peer(0)], want: 1 },
    { name: 'none that was tried', peers: [peer(0), peer(1)], tried: [0], want: 1 },
    { name: 'none that is put aside', peers: [peer(0, 101), peer(1, 100)], want: 1 },
    { name: 'nobody while all are busy', peers: [peer(2), peer(2, 500)], want: 'wait' },
    { name: 'nobody at all when none is left', peers: [peer(0, 500), peer(0)], tried: [1], want: 'none' },
    { name: 'nobody at all when there are no peers', peers: [], want: 'none' },
  ];

for (const { name, peers, tried = [], want } of rows) {
  test(`a read goes to ${name}`, () => {
    const excluded = new Set(peers.filter((_, at) => tried.includes(at)));
    const choice = choosePeer(peers, { tried: excluded, nowMs: 100, streamsPerPeerMax: 2 });
    assert.equal(choice.kind === 'chosen' ? peers.indexOf(choice.peer) : choice.kind, want);
  });
}

test('a peer is put aside twice as long after each failure, up to a limit', () => {
  assert.deepEqual(
    [1, 2, 3, 7, 60].map((failures) => asideMs(failures, peerSettings)),
    [500, 1000, 2000, 30_000, 30_000],
  );
});
