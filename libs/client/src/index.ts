export type { CallOptions, NamedCallOptions } from './call-options.ts';
export { type ClientOptions, InstgenieClient } from './client.ts';
export type {
  CacheOutcome,
  EditEvent,
  EditedPicture,
  EditFacts,
  EditResult,
  EditSource,
  EditSpec,
  EditTimings,
  MaskMode,
  PictureFacts,
  PictureFormat,
  Priority,
  WorkerScore,
} from './edits/edit.ts';
export type { EditOptions, StreamEditOptions } from './edits/edit-calls.ts';
export { hasEnded, type Job, type JobItem, type JobState } from './jobs/job.ts';
export type { SubmitOptions } from './jobs/job-calls.ts';
export type { Model } from './model.ts';
export { serviceConfig } from './retries/service-config.ts';
export type { PrimeProgress, Template, TemplateSettings } from './templates/template.ts';
export type { PrimeOptions } from './templates/template-calls.ts';
