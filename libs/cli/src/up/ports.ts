import { once } from 'node:events';
import { createServer } from 'node:net';
import { ServiceError } from '@instgenie/domain';

/** Free ports of loopback, all different. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const servers = await Promise.all(Array.from({ length: count }, () => listening(0)));
  const ports = servers.map((server) => {
    const address = server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  });
  for (const server of servers) {
    server.close();
    await once(server, 'close');
  }
  return ports;
}

/** Throws `invalid`, naming the flag, for a port that somebody has. */
export async function requireFree(port: number, flag: string): Promise<void> {
  try {
    const server = await listening(port);
    server.close();
    await once(server, 'close');
  } catch (cause) {
    const text = `port ${port} is taken; end who has it, or choose another with --${flag}`;
    throw new ServiceError('invalid', text, { field: flag, cause });
  }
}

async function listening(port: number) {
  const server = createServer();
  server.listen({ host: '127.0.0.1', port });
  await once(server, 'listening');
  return server;
}
