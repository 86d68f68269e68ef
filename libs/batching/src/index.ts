export {
  type AdmissionPolicy,
  continuousBatching,
  requestBatching,
  staticBatching,
} from './admission-policy.ts';
export {
  Batcher,
  type BatcherParts,
  type BatcherSettings,
  type EditEvent,
  type EditOutcome,
  type StepExecutor,
  type Submission,
} from './batcher.ts';
export type { EditRequest, Priority } from './edit-request.ts';
export type { StepTime, TimedEdit } from './predict-finish.ts';
