export {
  type AdmissionPolicy,
  continuousBatching,
  requestBatching,
  staticBatching,
} from './batching/admission-policy.ts';
export {
  Batcher,
  type BatcherSettings,
  type EditEvent,
  type EditOutcome,
  type Submission,
} from './batching/batcher.ts';
export type { EditRequest, Priority } from './batching/edit-request.ts';
export { EngineExecutor } from './batching/engine-executor.ts';
export { type WorkerConfig, workerConfig } from './config.ts';
