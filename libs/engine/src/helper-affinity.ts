import { readFile } from 'node:fs/promises';

/**
 * The processors that a session's helper threads stay on, one each, as ONNX Runtime takes them: numbered from 1, parted by
 * `;`. Undefined where helpers go wherever the system sends them: when there is none, or the process may use more processors
 * than threads, which others of the machine then share (docs/decisions/0025).
 */
export function helperAffinity(threads: number, processors: readonly number[]): string | undefined {
  if (threads < 2 || processors.length !== threads) return undefined;
  return processors
    .slice(1)
    .map((processor) => processor + 1)
    .join(';');
}

/** Numbers of the processors that this process may run on, ascending; none where the system does not say. */
export async function allowedProcessors(): Promise<readonly number[]> {
  const status = await readFile('/proc/self/status', 'utf8').catch(() => '');
  const list = /^Cpus_allowed_list:\s*([\d,-]+)$/m.exec(status)?.[1];
  return list === undefined ? [] : numbersOf(list);
}

/** `0-2,5` as 0, 1, 2, 5. */
export function numbersOf(list: string): readonly number[] {
  return list.split(',').flatMap((range) => {
    const [from = 0, to = from] = range.split('-').map(Number);
    return Array.from({ length: to - from + 1 }, (_, at) => from + at);
  });
}
