import { type Clock, systemClock } from '@instgenie/domain';

const timerMs = 1;

/** The system's clock, but for waits that are nearer to nothing than to a timer's least: those take no time. */
export const fineClock: Clock = {
  now: () => systemClock.now(),
  after: (delayMs, wake) => {
    if (delayMs >= timerMs / 2) return systemClock.after(delayMs, wake);
    const soon = setImmediate(wake);
    return () => clearImmediate(soon);
  },
};
