/** When workers are left out for how they have done. */
export interface OutlierSettings {
  /** Failures in a row. */
  readonly failuresMax: number;
  /** The first time out; the next ones are as many times as long. */
  readonly ejectionMs: number;
  readonly ejectionMsMax: number;
  /** Without an ejection for so long, the next one counts as the first again. */
  readonly forgiveMs: number;
  /** Edits that take so many times as long as predicted, beside those of the others, make a worker an outlier. */
  readonly slowMax: number;
  /** Below this a worker counts as no slower than the others. */
  readonly slowLeast: number;
  /** Edits before anything is made of how long they take. */
  readonly samplesLeast: number;
  /** After this time without news half of a worker's slowness is forgotten. */
  readonly halfLifeMs: number;
}

export const usualOutliers: OutlierSettings = {
  failuresMax: 5,
  ejectionMs: 5000,
  ejectionMsMax: 60_000,
  forgiveMs: 120_000,
  slowMax: 4,
  slowLeast: 1.5,
  samplesLeast: 3,
  halfLifeMs: 8000,
};

/** How a worker has done of late. Never changed. */
export interface Health {
  readonly failuresInRow: number;
  readonly ejections: number;
  readonly ejectedUntilMs: number;
  /** Log of how many times as long as predicted its edits took, faded; as of `loggedMs`. */
  readonly logRatio: number;
  readonly loggedMs: number;
  readonly samples: number;
}

export const healthy: Health = {
  failuresInRow: 0,
  ejections: 0,
  ejectedUntilMs: 0,
  logRatio: 0,
  loggedMs: 0,
  samples: 0,
};

/** How much of an estimate a sample replaces. */
const sampleShare = 1 / 4;
const ratioMost = 20;

export function afterFailure(health: Health): Health {
  return { ...health, failuresInRow: health.failuresInRow + 1 };
}

/** After an edit that took `ratio` times as long as was predicted. */
export function afterDone(health: Health, ratio: number, nowMs: number, settings: OutlierSettings): Health {
  const log = Math.log(Math.min(ratioMost, Math.max(1 / ratioMost, ratio)));
  const before = fadedLog(health, nowMs, settings);
  return {
    ...health,
    failuresInRow: 0,
    logRatio: before + (log - before) * (health.samples === 0 ? 1 : sampleShare),
    loggedMs: nowMs,
    samples: health.samples + 1,
  };
}

/** How many times as long as the others' its edits take, beside what is predicted; 1 for no longer. */
export function slownessOf(health: Health, medianLog: number, nowMs: number, settings: OutlierSettings): number {
  if (health.samples < settings.samplesLeast) return 1;
  const slowness = Math.exp(fadedLog(health, nowMs, settings) - Math.max(0, medianLog));
  return slowness < settings.slowLeast ? 1 : slowness;
}

/** Why a worker is to be left out from now on; undefined for one that is not. */
export function outlierReason(
  health: Health,
  medianLog: number,
  nowMs: number,
  settings: OutlierSettings,
): 'failures' | 'slow' | undefined {
  if (health.failuresInRow >= settings.failuresMax) return 'failures';
  return slownessOf(health, medianLog, nowMs, settings) >= settings.slowMax ? 'slow' : undefined;
}

/** Left out from now on; what is known of it starts anew. */
export function ejected(health: Health, nowMs: number, settings: OutlierSettings): Health {
  const isForgiven = nowMs - health.ejectedUntilMs > settings.forgiveMs;
  const ejections = isForgiven ? 1 : health.ejections + 1;
  const untilMs = nowMs + Math.min(settings.ejectionMsMax, settings.ejectionMs * ejections);
  return { ...healthy, ejections, ejectedUntilMs: untilMs };
}

/** Whether one more may be left out: never more than half of the fleet. */
export function canEject(ejectedNow: number, workers: number): boolean {
  return ejectedNow + 1 <= Math.floor(workers / 2);
}

/** Median of what edits take beside what is predicted, over workers that have done some; a log. */
export function medianLog(healths: Iterable<Health>, nowMs: number, settings: OutlierSettings): number {
  const logs: number[] = [];
  for (const health of healths) if (health.samples > 0) logs.push(fadedLog(health, nowMs, settings));
  logs.sort((a, b) => a - b);
  return logs[Math.floor((logs.length - 1) / 2)] ?? 0;
}

function fadedLog({ logRatio, loggedMs }: Health, nowMs: number, { halfLifeMs }: OutlierSettings): number {
  return logRatio * 2 ** (Math.min(0, loggedMs - nowMs) / halfLifeMs);
}
