import { type Check, judged } from './check.ts';

/** A clock as it was read: between `askedMs` and `answeredMs` of ours it said something from `timeMs` on. */
export interface ClockReading {
  readonly askedMs: number;
  readonly answeredMs: number;
  readonly timeMs: number;
  /** How much later it may have been: clocks of HTTP say whole seconds. */
  readonly resolutionMs: number;
}

const warnMs = 500;
const failMs = 5000;

/** How far another clock is from ours at least; 0 where they may be the same. Ahead of ours is above 0. Pure. */
export function skewMs({ askedMs, answeredMs, timeMs, resolutionMs }: ClockReading): number {
  if (timeMs > answeredMs) return timeMs - answeredMs;
  return Math.min(0, timeMs + resolutionMs - askedMs);
}

export function checkClock(of: string, reading: ClockReading): Check {
  const skew = skewMs(reading);
  const size = Math.abs(skew);
  const text =
    size < warnMs ? 'agrees with ours' : `${(size / 1000).toFixed(1)} s ${skew > 0 ? 'ahead of' : 'behind'} ours`;
  const fix = 'let both keep time by NTP: tokens, links and times to live end by clocks';
  return judged(`clock of ${of}`, text, [
    ['fail', size >= failMs, fix],
    ['warn', size >= warnMs, fix],
  ]);
}
