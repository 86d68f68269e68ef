import { runService } from '@instgenie/config';
import { gatewayConfig } from './config.ts';
import { serveGateway } from './serve-gateway.ts';

await runService({
  name: 'gateway',
  description:
    'Takes edits over gRPC and HTTP and sends them to workers. SIGTERM lets them end; a second one ends at once.',
  schema: gatewayConfig,
  serve: serveGateway,
});
