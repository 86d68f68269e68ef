import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Provider } from './sessions.ts';

/** What there is on this machine to run models with. */
export interface RuntimeFacts {
  /** Of onnxruntime-node. */
  readonly version: string;
  /** Those whose libraries are installed; whether they find a device, only a session tells. */
  readonly providers: readonly Provider[];
  /** Whether the driver of a GPU is loaded. */
  readonly hasGpuDriver: boolean;
}

/** Looks at files only: loads nothing. */
export function runtimeFacts(): RuntimeFacts {
  const manifest = createRequire(import.meta.url).resolve('onnxruntime-node/package.json');
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { readonly version: string };
  const bin = join(dirname(manifest), 'bin');
  const names = readdirSync(bin, { recursive: true }).map(String);
  const hasCuda = names.some((name) => name.includes(process.arch) && name.includes('onnxruntime_providers_cuda'));
  return {
    version,
    providers: hasCuda ? ['cpu', 'cuda'] : ['cpu'],
    hasGpuDriver: existsSync('/proc/driver/nvidia/version'),
  };
}
