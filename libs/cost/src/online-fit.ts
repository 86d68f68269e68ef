import assert from 'node:assert/strict';
import { ServiceError } from '@instgenie/domain';
import { ErrorWindow } from './error-window.ts';
import { nonNegative, type Posterior, priorOf, updated } from './posterior.ts';

export interface FitSettings {
  /**
   * Milliseconds for each unit of each feature, as far as one can guess: positive. Good to an order of magnitude, they
   * give features of any size a common scale.
   */
  readonly prior: readonly number[];
  /** After how many further measurements one counts about a third (1 / e). */
  readonly memory: number;
}

/** How good predictions were, each made before its measurement was learned from. Errors are over the last 256. */
export interface FitReport {
  readonly observations: number;
  /** Measurements that were not learned from, as they could not be right. */
  readonly refused: number;
  /** Mean of |predicted - measured| / measured. */
  readonly meanError: number;
  /** What 95 of 100 of these errors do not exceed. */
  readonly highError: number;
}

/** Everything a fit knows, as plain data. */
export interface FitSnapshot {
  readonly version: 1;
  readonly prior: readonly number[];
  readonly memory: number;
  /** In units of the prior. */
  readonly mean: readonly number[];
  readonly covariance: readonly number[];
  readonly observations: number;
  readonly refused: number;
  readonly errors: readonly number[];
}

/** How far off the prior may be, as a variance in units of it. */
const priorVariance = 100;
/** Noise of a measurement, as a share of it. */
const noise = 0.1;
/** Measurements before anything is held to be an outlier. */
const warmUp = 8;
/** An outlier moves the fit as far as something this many mean errors off would, or half of the prediction. */
const outlierErrors = 4;
const outlierLeast = 0.5;

/**
 * A time as a sum of features with non-negative coefficients, fitted to measurements as they come: recursive least
 * squares of relative errors, older measurements counting ever less. A measurement far off moves it by a bounded amount,
 * so that a hiccup does little and a lasting change is followed.
 */
export class OnlineFit {
  readonly #settings: FitSettings;
  #posterior: Posterior;
  #coefficients: readonly number[];
  #observations = 0;
  #refused = 0;
  #errors = new ErrorWindow();

  constructor({ prior, memory }: FitSettings) {
    assert(prior.length > 0 && prior.every((value) => value > 0 && Number.isFinite(value)), 'a prior is positive');
    assert(memory > 1 && Number.isFinite(memory), 'a fit remembers more than one measurement');
    this.#settings = { prior: [...prior], memory };
    this.#posterior = priorOf(prior.length, priorVariance);
    this.#coefficients = this.#settings.prior;
  }

  /** Continues where a fit was. Throws `invalid` for anything that is no snapshot. */
  static restore(snapshot: FitSnapshot | undefined): OnlineFit {
    if (!isSnapshot(snapshot))
      throw new ServiceError('invalid', 'not the snapshot of a fit, or one of another version');
    const { prior, memory, mean, covariance, observations, refused, errors } = snapshot;
    const fit = new OnlineFit({ prior, memory });
    fit.#learn({ mean: [...mean], covariance: [...covariance] });
    fit.#observations = observations;
    fit.#refused = refused;
    fit.#errors = new ErrorWindow(errors);
    return fit;
  }

  /** Milliseconds for each unit of each feature; never negative. */
  get coefficients(): readonly number[] {
    return this.#coefficients;
  }

  get report(): FitReport {
    const { mean: meanError } = this.#errors;
    const highError = this.#errors.quantile(0.95);
    return { observations: this.#observations, refused: this.#refused, meanError, highError };
  }

  predictMs(features: readonly number[]): number {
    assert(this.#fits(features), 'a prediction needs every feature, finite and not negative');
    return this.#coefficients.reduce((sum, coefficient, index) => sum + coefficient * (features[index] ?? 0), 0);
  }

  /** Learns from a measurement. False, and counted as refused, when it cannot be right: it changes nothing else. */
  observe(features: readonly number[], ms: number): boolean {
    const isPossible = this.#fits(features) && features.some((value) => value > 0) && Number.isFinite(ms) && ms > 0;
    const learned = isPossible ? this.#after(features, ms) : undefined;
    if (learned === undefined) {
      this.#refused++;
      return false;
    }
    this.#errors.add(Math.abs(this.predictMs(features) - ms) / ms);
    this.#observations++;
    this.#learn(learned);
    return true;
  }

  snapshot(): FitSnapshot {
    return {
      version: 1,
      ...this.#settings,
      ...this.#posterior,
      observations: this.#observations,
      refused: this.#refused,
      errors: this.#errors.list(),
    };
  }

  /** What is believed after a measurement; undefined where numbers end. */
  #after(features: readonly number[], ms: number): Posterior | undefined {
    const { prior, memory } = this.#settings;
    const scaled = features.map((value, index) => value * (prior[index] ?? 0));
    const believedMs = this.#posterior.mean.reduce((sum, value, index) => sum + value * (scaled[index] ?? 0), 0);
    // Weighed by the measurement alone, short ones would pull the fit down.
    const usualMs = (this.predictMs(features) + ms) / 2;
    const limitMs = Math.max(outlierLeast, outlierErrors * this.#errors.mean) * this.predictMs(features);
    const isYoung = this.#observations < warmUp;
    const innovation = isYoung ? ms - believedMs : Math.min(Math.max(ms - believedMs, -limitMs), limitMs);
    const posterior = updated(
      this.#posterior,
      { features: scaled, innovation, noiseVariance: (noise * usualMs) ** 2 },
      { keep: 1 - 1 / memory, varianceMax: priorVariance },
    );
    return [...posterior.mean, ...posterior.covariance].every(Number.isFinite) ? posterior : undefined;
  }

  #learn(posterior: Posterior): void {
    this.#posterior = posterior;
    const { prior } = this.#settings;
    this.#coefficients = nonNegative(posterior).map((value, index) => value * (prior[index] ?? 0));
  }

  #fits(features: readonly number[]): boolean {
    const isAmount = (value: number) => Number.isFinite(value) && value >= 0;
    return features.length === this.#settings.prior.length && features.every(isAmount);
  }
}

/** Snapshots come from other processes: their type is a claim. */
function isSnapshot(snapshot: FitSnapshot | undefined): snapshot is FitSnapshot {
  if (snapshot?.version !== 1) return false;
  const { prior, memory, mean, covariance, observations, refused, errors } = snapshot;
  const areFinite = (values: readonly number[]) => Array.isArray(values) && values.every(Number.isFinite);
  const isCount = (value: number) => Number.isInteger(value) && value >= 0;
  return (
    areFinite(prior) &&
    prior.length > 0 &&
    prior.every((value) => value > 0) &&
    Number.isFinite(memory) &&
    memory > 1 &&
    areFinite(mean) &&
    mean.length === prior.length &&
    areFinite(covariance) &&
    covariance.length === prior.length ** 2 &&
    areFinite(errors) &&
    isCount(observations) &&
    isCount(refused)
  );
}
