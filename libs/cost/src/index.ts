export { LatencyModel, type LatencyPrior, type LatencySnapshot, type LoadTier, loadTiers } from './latency-model.ts';
export { type FitReport, type FitSettings, type FitSnapshot, OnlineFit } from './online-fit.ts';
