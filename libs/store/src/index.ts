export { ActivationStore, type HeldVariant, type StoreOptions, type VerifiedVariant } from './activation-store.ts';
export type { ChunkName, ChunkReader } from './chunk-reader.ts';
export { variantBytes } from './disk/disk-tier.ts';
export { LruPolicy } from './eviction/lru-policy.ts';
export type { Evictable, EvictionPolicy } from './eviction/policy.ts';
export { ValuePolicy, type ValueSettings } from './eviction/value-policy.ts';
export type { StepLoan, StepRequest } from './step-loan.ts';
export type { StoreCounts } from './store-counters.ts';
export type { VariantFilling } from './variant-filling.ts';
