export { type ActivationKind, ActivationLayout, type ActivationShape, allKinds, kvKinds } from './activation-layout.ts';
export { StepActivations, type StepMemory } from './activations.ts';
export {
  type CacheOutcome,
  Edit,
  type EditCheckpoint,
  type EditRun,
  type EditSpec,
  editBytes,
  previewSteps,
  runEdit,
} from './edit.ts';
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
export { PrimeRun } from './prime-run.ts';
export { type RuntimeFacts, runtimeFacts } from './runtime-facts.ts';
export type { Provider } from './sessions.ts';
export { share, sharedFloats } from './shared.ts';
export type { TextEncoding } from './stage-thread.ts';
export { type LentStep, MemoryKeeper, type StepKeeper } from './step-keeper.ts';
export { activationShape, keptSteps, Template, type TemplateSpec, variantShape } from './template.ts';
