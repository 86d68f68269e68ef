import { runService } from '@instgenie/config';
import { simulatedConfig } from './config.ts';
import { serveSimulated } from './serve-simulated.ts';

await runService({
  name: 'simulated-worker',
  description: 'A worker that computes nothing and takes the time of a device: for load tests.',
  schema: simulatedConfig,
  serve: serveSimulated,
});
