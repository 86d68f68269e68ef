/** From one try to the next: doubled with each that failed, and half of it by chance, so that nobody comes with others. */
export function retryDelayMs(
  failures: number,
  { leastMs, mostMs, random }: { readonly leastMs: number; readonly mostMs: number; readonly random: number },
): number {
  const fullMs = Math.min(mostMs, leastMs * 2 ** Math.min(30, Math.max(0, failures - 1)));
  return fullMs * (0.5 + random / 2);
}
