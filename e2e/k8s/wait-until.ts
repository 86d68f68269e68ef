import { setTimeout as pause } from 'node:timers/promises';

/** Asks again and again until something is so; how many seconds that took. Throws what did not happen where it takes longer. */
export async function waitUntil(
  what: string,
  isSo: () => Promise<boolean> | boolean,
  { seconds, everyMs = 25 }: { readonly seconds: number; readonly everyMs?: number },
): Promise<number> {
  const began = performance.now();
  while (!(await isSo())) {
    if (performance.now() - began > seconds * 1000) throw new Error(`not within ${seconds} s: ${what}`);
    await pause(everyMs);
  }
  return (performance.now() - began) / 1000;
}
