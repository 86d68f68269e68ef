import type { BalancerServiceDefinition } from './generated/instgenie/balancer/v1/BalancerService.ts';
import type { EditServiceDefinition } from './generated/instgenie/v1/EditService.ts';
import type { JobServiceDefinition } from './generated/instgenie/v1/JobService.ts';
import type { ModelServiceDefinition } from './generated/instgenie/v1/ModelService.ts';
import type { TemplateServiceDefinition } from './generated/instgenie/v1/TemplateService.ts';
import type { ChunkServiceDefinition } from './generated/instgenie/worker/v1/ChunkService.ts';
import type { WorkerServiceDefinition } from './generated/instgenie/worker/v1/WorkerService.ts';
import { loadService } from './proto.ts';

/** Files of the public contract. */
export const publicProtos = ['edits', 'templates', 'jobs', 'models'].map((name) => `instgenie/v1/${name}.proto`);

export function editServiceDefinition(): EditServiceDefinition {
  return load('instgenie/v1/edits.proto', 'EditService') as EditServiceDefinition;
}

export function templateServiceDefinition(): TemplateServiceDefinition {
  return load('instgenie/v1/templates.proto', 'TemplateService') as TemplateServiceDefinition;
}

export function jobServiceDefinition(): JobServiceDefinition {
  return load('instgenie/v1/jobs.proto', 'JobService') as JobServiceDefinition;
}

export function modelServiceDefinition(): ModelServiceDefinition {
  return load('instgenie/v1/models.proto', 'ModelService') as ModelServiceDefinition;
}

export function balancerServiceDefinition(): BalancerServiceDefinition {
  return load('instgenie/balancer/v1/balancer.proto', 'BalancerService') as BalancerServiceDefinition;
}

export function workerServiceDefinition(): WorkerServiceDefinition {
  return load('instgenie/worker/v1/worker.proto', 'WorkerService') as WorkerServiceDefinition;
}

export function chunkServiceDefinition(): ChunkServiceDefinition {
  return load('instgenie/worker/v1/chunks.proto', 'ChunkService') as ChunkServiceDefinition;
}

function load(file: string, service: string) {
  return loadService({ file, name: `${file.split('/').slice(0, -1).join('.')}.${service}` });
}
