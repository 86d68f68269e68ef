import { runService } from '@instgenie/config';
import { workerConfig } from './config.ts';
import { serveWorker } from './serve-worker.ts';

await runService({
  name: 'worker',
  description: 'Runs edits on one device. SIGTERM lets them end or leave; a second one ends at once.',
  schema: workerConfig,
  serve: serveWorker,
});
