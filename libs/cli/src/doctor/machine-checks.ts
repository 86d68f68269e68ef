import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { RuntimeFacts } from '@instgenie/engine';
import { type FolderSpeed, measureFolder } from '@instgenie/store';
import { bytesText } from '../format.ts';
import { freeDiskBytes } from '../model/free-space.ts';
import { type Check, failed, judged } from './check.ts';

const nodeLeast = 24;
const gb = 1e9;
const measuredBytes = 128 * 1024 ** 2;
const measureMs = 3000;

export function checkNode(version: string): Check {
  const major = Number(/^v?(\d+)/.exec(version)?.[1] ?? 0);
  const fix = `run Node ${nodeLeast} or later: services run as TypeScript sources`;
  return judged('node', version, [['fail', major < nodeLeast, fix]]);
}

export function checkProviders({ version, providers, hasGpuDriver }: RuntimeFacts): Check {
  const text = `onnxruntime-node ${version}: ${providers.join(', ')}${hasGpuDriver ? '; a GPU driver is loaded' : ''}`;
  const fix = 'there is a GPU that nothing uses: install onnxruntime-node with ONNXRUNTIME_NODE_INSTALL=cuda12';
  return judged('providers', text, [['warn', hasGpuDriver && !providers.includes('cuda'), fix]]);
}

/** Disk space and speed where activations are, or would be, kept. */
export async function checkStore(folder: string): Promise<readonly Check[]> {
  try {
    await mkdir(folder, { recursive: true });
    const free = await freeDiskBytes(folder);
    const speed = await measureFolder(folder, {
      bytes: Math.min(measuredBytes, free / 4),
      limitMs: measureMs,
      nowMs: () => performance.now(),
    });
    return [checkSpace(folder, free), checkSpeed(speed)];
  } catch (thrown) {
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    return [
      failed('store', { text: `${folder}: ${why}`, fix: 'let the worker write there, or choose another store.folder' }),
    ];
  }
}

export function checkSpace(folder: string, free: number): Check {
  return judged('disk space', `${bytesText(free)} free at ${folder}`, [
    ['fail', free < gb, 'less than 1 GB is free: a template may take more'],
    ['warn', free < 20 * gb, "less than 20 GB is free, the default of a worker's store.disk: set it to what there is"],
  ]);
}

export function checkSpeed({ isDirect, writeBytesPerMs, readBytesPerMs }: FolderSpeed): Check {
  const perSecond = (perMs: number) => `${bytesText(perMs * 1000)}/s`;
  const how = isDirect ? 'past the page cache' : 'through the page cache';
  const text = `writes ${perSecond(writeBytesPerMs)}, reads ${perSecond(readBytesPerMs)} ${how}`;
  return judged('disk speed', text, [
    [
      'warn',
      readBytesPerMs * 1000 < 0.5 * gb,
      'slower than 500 MB/s: computing activations may be faster than reading them; use local NVMe',
    ],
    [
      'warn',
      !isDirect,
      'the file system takes no O_DIRECT: activations fill the page cache; use ext4 or xfs on a local disk',
    ],
  ]);
}

/** Whether a service could listen there. */
export async function checkPort(address: string): Promise<Check> {
  const name = `port ${address}`;
  const at = address.lastIndexOf(':');
  const server = createServer();
  try {
    server.listen(Number(address.slice(at + 1)), address.slice(0, at).replaceAll(/[[\]]/g, ''));
    await once(server, 'listening');
    return { name, state: 'ok', text: 'free' };
  } catch (thrown) {
    const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : 'unknown';
    const text = code === 'EADDRINUSE' ? 'something listens there already' : `cannot be listened at: ${code}`;
    return failed(name, { text, fix: 'stop what uses it, or set another `listen`' });
  } finally {
    server.close();
  }
}
