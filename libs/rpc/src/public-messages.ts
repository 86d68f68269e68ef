// Messages of the public contract, proto/instgenie/v1.
export type { CacheOutcome, CacheOutcome__Output } from './generated/instgenie/v1/CacheOutcome.ts';
export type { CancelEditRequest, CancelEditRequest__Output } from './generated/instgenie/v1/CancelEditRequest.ts';
export type { CancelEditResponse, CancelEditResponse__Output } from './generated/instgenie/v1/CancelEditResponse.ts';
export type { CancelJobRequest, CancelJobRequest__Output } from './generated/instgenie/v1/CancelJobRequest.ts';
export type { CancelJobResponse, CancelJobResponse__Output } from './generated/instgenie/v1/CancelJobResponse.ts';
export type {
  CreateTemplateRequest,
  CreateTemplateRequest__Output,
} from './generated/instgenie/v1/CreateTemplateRequest.ts';
export type {
  CreateTemplateResponse,
  CreateTemplateResponse__Output,
} from './generated/instgenie/v1/CreateTemplateResponse.ts';
export type {
  DeleteTemplateRequest,
  DeleteTemplateRequest__Output,
} from './generated/instgenie/v1/DeleteTemplateRequest.ts';
export type {
  DeleteTemplateResponse,
  DeleteTemplateResponse__Output,
} from './generated/instgenie/v1/DeleteTemplateResponse.ts';
export type { EditAccepted, EditAccepted__Output } from './generated/instgenie/v1/EditAccepted.ts';
export type { EditedPicture, EditedPicture__Output } from './generated/instgenie/v1/EditedPicture.ts';
export type { EditFacts, EditFacts__Output } from './generated/instgenie/v1/EditFacts.ts';
export type { EditMoved, EditMoved__Output } from './generated/instgenie/v1/EditMoved.ts';
export type { EditPreview, EditPreview__Output } from './generated/instgenie/v1/EditPreview.ts';
export type { EditProgress, EditProgress__Output } from './generated/instgenie/v1/EditProgress.ts';
export type { EditQueued, EditQueued__Output } from './generated/instgenie/v1/EditQueued.ts';
export type { EditRequest, EditRequest__Output } from './generated/instgenie/v1/EditRequest.ts';
export type { EditResponse, EditResponse__Output } from './generated/instgenie/v1/EditResponse.ts';
export type { EditServiceDefinition } from './generated/instgenie/v1/EditService.ts';
export type { EditSpec, EditSpec__Output } from './generated/instgenie/v1/EditSpec.ts';
export type { EditTimings, EditTimings__Output } from './generated/instgenie/v1/EditTimings.ts';
export type { GetJobRequest, GetJobRequest__Output } from './generated/instgenie/v1/GetJobRequest.ts';
export type { GetJobResponse, GetJobResponse__Output } from './generated/instgenie/v1/GetJobResponse.ts';
export type { GetTemplateRequest, GetTemplateRequest__Output } from './generated/instgenie/v1/GetTemplateRequest.ts';
export type { GetTemplateResponse, GetTemplateResponse__Output } from './generated/instgenie/v1/GetTemplateResponse.ts';
export type {
  GrantTemplateRequest,
  GrantTemplateRequest__Output,
} from './generated/instgenie/v1/GrantTemplateRequest.ts';
export type {
  GrantTemplateResponse,
  GrantTemplateResponse__Output,
} from './generated/instgenie/v1/GrantTemplateResponse.ts';
export type { Job, Job__Output } from './generated/instgenie/v1/Job.ts';
export type { JobFailure, JobFailure__Output } from './generated/instgenie/v1/JobFailure.ts';
export type { JobItem, JobItem__Output } from './generated/instgenie/v1/JobItem.ts';
export type { JobServiceDefinition } from './generated/instgenie/v1/JobService.ts';
export type { JobState, JobState__Output } from './generated/instgenie/v1/JobState.ts';
export type { ListJobsRequest, ListJobsRequest__Output } from './generated/instgenie/v1/ListJobsRequest.ts';
export type { ListJobsResponse, ListJobsResponse__Output } from './generated/instgenie/v1/ListJobsResponse.ts';
export type { ListModelsRequest, ListModelsRequest__Output } from './generated/instgenie/v1/ListModelsRequest.ts';
export type { ListModelsResponse, ListModelsResponse__Output } from './generated/instgenie/v1/ListModelsResponse.ts';
export type {
  ListTemplatesRequest,
  ListTemplatesRequest__Output,
} from './generated/instgenie/v1/ListTemplatesRequest.ts';
export type {
  ListTemplatesResponse,
  ListTemplatesResponse__Output,
} from './generated/instgenie/v1/ListTemplatesResponse.ts';
export type { MaskMode, MaskMode__Output } from './generated/instgenie/v1/MaskMode.ts';
export type { Model, Model__Output } from './generated/instgenie/v1/Model.ts';
export type { ModelServiceDefinition } from './generated/instgenie/v1/ModelService.ts';
export type { PictureFormat, PictureFormat__Output } from './generated/instgenie/v1/PictureFormat.ts';
export type { PictureSize, PictureSize__Output } from './generated/instgenie/v1/PictureSize.ts';
export type { PinTemplateRequest, PinTemplateRequest__Output } from './generated/instgenie/v1/PinTemplateRequest.ts';
export type { PinTemplateResponse, PinTemplateResponse__Output } from './generated/instgenie/v1/PinTemplateResponse.ts';
export type {
  PrimeTemplateRequest,
  PrimeTemplateRequest__Output,
} from './generated/instgenie/v1/PrimeTemplateRequest.ts';
export type {
  PrimeTemplateResponse,
  PrimeTemplateResponse__Output,
} from './generated/instgenie/v1/PrimeTemplateResponse.ts';
export type { Priority, Priority__Output } from './generated/instgenie/v1/Priority.ts';
export type {
  ReadJobResultRequest,
  ReadJobResultRequest__Output,
} from './generated/instgenie/v1/ReadJobResultRequest.ts';
export type {
  ReadJobResultResponse,
  ReadJobResultResponse__Output,
} from './generated/instgenie/v1/ReadJobResultResponse.ts';
export type {
  ReadTemplatePictureRequest,
  ReadTemplatePictureRequest__Output,
} from './generated/instgenie/v1/ReadTemplatePictureRequest.ts';
export type {
  ReadTemplatePictureResponse,
  ReadTemplatePictureResponse__Output,
} from './generated/instgenie/v1/ReadTemplatePictureResponse.ts';
export type { StreamEditRequest, StreamEditRequest__Output } from './generated/instgenie/v1/StreamEditRequest.ts';
export type { StreamEditResponse, StreamEditResponse__Output } from './generated/instgenie/v1/StreamEditResponse.ts';
export type { SubmitJobRequest, SubmitJobRequest__Output } from './generated/instgenie/v1/SubmitJobRequest.ts';
export type { SubmitJobResponse, SubmitJobResponse__Output } from './generated/instgenie/v1/SubmitJobResponse.ts';
export type { Template, Template__Output } from './generated/instgenie/v1/Template.ts';
export type { TemplateServiceDefinition } from './generated/instgenie/v1/TemplateService.ts';
export type { TemplateSettings, TemplateSettings__Output } from './generated/instgenie/v1/TemplateSettings.ts';
export type { WatchJobRequest, WatchJobRequest__Output } from './generated/instgenie/v1/WatchJobRequest.ts';
export type { WatchJobResponse, WatchJobResponse__Output } from './generated/instgenie/v1/WatchJobResponse.ts';
export type { WorkerScore, WorkerScore__Output } from './generated/instgenie/v1/WorkerScore.ts';
