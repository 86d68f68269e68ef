import assert from 'node:assert/strict';
import { parentPort, workerData } from 'node:worker_threads';
import { ChunkGate, systemClock } from '@instgenie/domain';
import { serveCallsTogether } from '@instgenie/threads';
import { fileBlockIo } from '../disk/block-io.ts';
import { DiskReader } from '../disk/disk-reader.ts';
import { Folders } from '../disk/folders.ts';
import { VariantWriter } from '../disk/variant-writer.ts';
import { PeerReaders } from '../peer/peer-readers.ts';
import { ChunkLoader } from './chunk-loader.ts';
import type { IoCalls, IoSetup } from './io-protocol.ts';
import { sentKeys } from './sent-keys.ts';

/** Step files that stay open. */
const filesMax = 256;
/** Reads at one time: enough to keep a disk busy, few enough that chunks come in the order they are needed. */
const inFlightMax = 2;
/** From peers, whose answers take longer to begin. */
const peerReadsMax = 16;

assert(parentPort !== null);
const { root, arena, direct, deadlineMs, bytesPerMs, peerTls } = workerData as IoSetup;
const io = fileBlockIo({ direct });
const folders = new Folders(root);
const reader = new DiskReader({ io, folders, filesMax });
const writer = new VariantWriter({ io, folders });
const disk = new ChunkLoader({ clock: systemClock, deadlineMs, inFlightMax, bytesPerMs });
const peers = new PeerReaders({ clock: systemClock, tls: sentKeys(peerTls) });
const fromPeers = new ChunkLoader({ clock: systemClock, deadlineMs, inFlightMax: peerReadsMax });
const never = new AbortController().signal;

serveCallsTogether(parentPort, {
  load: ({ name, chunks, gate: words, peer }) => {
    const gate = new ChunkGate(words);
    return Promise.all(
      chunks.map(({ chunk, offset, bytes }, index) => {
        const load = { name: { ...name, chunk }, into: new Uint8Array(arena, offset, bytes), gate };
        if (peer === undefined) return disk.load({ ...load, from: reader });
        return fromPeers.load({ ...load, from: peers.checked(peer.addresses, peer.checksums[index] ?? 0n) });
      }),
    );
  },
  checksums: (name) => reader.checksums(name),
  findAtPeers: ({ key, addresses }) => peers.of(addresses).fetchManifest(key, never),
  writeStep: ({ name, chunkBytes, offsets }) => {
    const chunks = chunkBytes.map((bytes, chunk) => new Uint8Array(arena, offsets[chunk] ?? 0, bytes));
    return writer.writeStep({ ...name, chunks });
  },
  writeManifest: (manifest) => writer.writeManifest(manifest),
  remove: async (key) => {
    await reader.forget(key);
    await folders.removeVariant(key);
  },
  removeStep: async ({ key, step }) => {
    await reader.forget(key);
    await folders.removeStep(key, step);
  },
  cpuMs: () => {
    const { user, system } = process.threadCpuUsage();
    return Promise.resolve((user + system) / 1000);
  },
} satisfies IoCalls);
