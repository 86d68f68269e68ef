import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ServiceError } from '@instgenie/domain';
import {
  type balancer,
  balancerServiceDefinition,
  implement,
  serve,
  serverStreaming,
  unary,
  workerServiceDefinition,
} from '@instgenie/rpc';

/** For tests: what a balancer says of a worker. */
export function fleetWorker(worker: string, fields: Partial<balancer.FleetWorker> = {}): balancer.FleetWorker {
  return {
    worker,
    address: '127.0.0.1:1',
    isServing: true,
    models: [{ name: 'fill', side: 1024, defaultSteps: 28, fingerprint: 'one' }],
    edits: 2,
    editsMax: 64,
    variants: 1,
    ...fields,
  };
}

const never = async () => {
  throw new ServiceError('unsupported', 'not of this test');
};
const neverSays = () => ReadableStream.from([]);

/** For tests: serves a fleet, and answers picks. */
export async function fakeBalancer(
  workers: readonly balancer.FleetWorker[],
  pick: (request: balancer.PickRequest__Output) => balancer.PickResponse = () => ({}),
) {
  const service = implement(balancerServiceDefinition(), {
    Pick: unary(async (request) => pick(request)),
    Report: unary(never),
    WatchFleet: serverStreaming(async function* () {
      yield { workers: [...workers] };
    }),
  });
  return await served([service]);
}

/** For tests: a worker that can be cordoned and drained, and remembers what it was told. */
export async function fakeWorker() {
  const told: string[] = [];
  const service = implement(workerServiceDefinition(), {
    Edit: serverStreaming(neverSays),
    Prime: serverStreaming(neverSays),
    Cancel: unary(never),
    Drain: unary(async ({ handOver }) => {
      told.push(handOver ? 'drain, hand over' : 'drain');
      return { edits: 3 };
    }),
    Cordon: unary(async ({ isCordoned }) => {
      told.push(isCordoned ? 'cordon' : 'uncordon');
      return { edits: 2 };
    }),
    WatchLoad: serverStreaming(neverSays),
  });
  return { ...(await served([service])), told };
}

async function served(services: NonNullable<Parameters<typeof serve>[1]['services']>) {
  const server = await serve('127.0.0.1:0', { services }, new AbortController().signal);
  return { address: `127.0.0.1:${server.port}`, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

/** For tests: a gateway's HTTP side, as far as a test says what it answers. */
export async function fakeGateway(answers: Readonly<Record<string, unknown>>) {
  const keys: (string | undefined)[] = [];
  const server = createServer(({ url = '', headers }, response) => {
    keys.push(headers.authorization);
    const answer = answers[url];
    response.writeHead(answer === undefined ? 404 : 200, { 'content-type': 'application/json' });
    response.end(typeof answer === 'string' ? answer : JSON.stringify(answer ?? {}));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    keys,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
