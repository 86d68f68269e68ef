export { type HostPort, splitAddress } from './address.ts';
export { ChunkGate, type ChunkOutcome } from './chunk-gate.ts';
export { type Clock, systemClock } from './clock.ts';
export { EitherSignal } from './either-signal.ts';
export { type ErrorCode, type ErrorDetail, ServiceError } from './errors.ts';
export { type Mask, mask, maskBox, maskedPixels, maskedRows, otherRows, tokenSide } from './mask.ts';
export { type Box, type Picture, picture, type Size } from './picture.ts';
export { type Mode, modes, needsHidden, type Plan, readsHidden, uniformPlan } from './plan.ts';
export {
  chunkAlignment,
  keptStep,
  keptSteps,
  type StorageType,
  stepBytes,
  storageTypes,
  type Tier,
  tiers,
  type VariantKey,
  type VariantShape,
  variantKey,
} from './variant.ts';
