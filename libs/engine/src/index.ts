export {
  type ActivationKind,
  type ActivationShape,
  activationBytes,
  allKinds,
  kvKinds,
  StepActivations,
} from './activations.ts';
export { type CacheOutcome, Edit, type EditRun, type EditSpec, runEdit } from './edit.ts';
export { type EditParts, Engine, type EngineOptions, gridOf, type TemplateParts } from './engine.ts';
export type {
  ActivationSource,
  Conditioning,
  EditItem,
  EditState,
  PrimeItem,
  StepBuffer,
  StepItem,
  StepReport,
  TemplateState,
} from './inference-protocol.ts';
export { toPicture, toPixels } from './pixels.ts';
export type { Provider } from './sessions.ts';
export { share, sharedFloats } from './shared.ts';
export type { TextEncoding } from './stage-thread.ts';
export { Template, type TemplateSpec } from './template.ts';
