import { runService } from '@instgenie/config';
import { balancerConfig } from './config.ts';
import { serveBalancer } from './serve-balancer.ts';

await runService({
  name: 'balancer',
  description: 'Chooses workers for edits. SIGTERM lets calls end; a second one ends at once.',
  schema: balancerConfig,
  serve: (config) => serveBalancer(config),
});
