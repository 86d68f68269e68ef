import type { WorkerServiceDefinition } from './generated/instgenie/worker/v1/WorkerService.ts';
import { loadService } from './proto.ts';

export function workerServiceDefinition(): WorkerServiceDefinition {
  const name = 'instgenie.worker.v1.WorkerService';
  return loadService({ file: 'instgenie/worker/v1/worker.proto', name }) as WorkerServiceDefinition;
}
