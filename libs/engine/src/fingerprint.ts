import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { env } from 'onnxruntime-node';
import type { SessionSettings } from './sessions.ts';

/** Raised whenever a change to the graphs or to how rows are laid out may change a bit of an activation. */
const graphVersion = 1;

/**
 * Names everything besides model and input that decides the bits of an activation. Engines of one fingerprint compute
 * the same bytes: kernels are chosen by the instruction set, and the chunks of attention by the size of the second-level
 * cache. The number of threads is not in it: it changes no bit.
 */
export async function engineFingerprint({ provider }: Pick<SessionSettings, 'provider'>): Promise<string> {
  const parts = {
    graphVersion,
    runtime: env.versions.node ?? env.versions.common,
    provider,
    device: provider === 'cpu' ? await processor() : provider,
  };
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
}

async function processor(): Promise<string> {
  const described = await readFile('/proc/cpuinfo', 'utf8').catch(() => '');
  const flags = /^(?:flags|Features)\s*:\s*(.*)$/m.exec(described)?.[1]?.split(' ').filter(isVectorSet).toSorted();
  const cache = await readFile('/sys/devices/system/cpu/cpu0/cache/index2/size', 'utf8').catch(() => 'unknown');
  return `${process.arch} ${flags?.join(' ') ?? cpus()[0]?.model ?? 'unknown'} ${cache.trim()}`;
}

/** Whether a processor flag names instructions that kernels are chosen by. */
function isVectorSet(flag: string): boolean {
  return /^(sse|avx|fma|f16c|amx|asimd|sve|i8mm|bf16)/.test(flag);
}
