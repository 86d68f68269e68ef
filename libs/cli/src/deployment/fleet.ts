import { ServiceError } from '@instgenie/domain';
import { type balancer, balancerServiceDefinition, type ConnectOptions, connect } from '@instgenie/rpc';
import type { CommandContext } from '../command-context.ts';
import { callMs } from './deployment-flags.ts';

export type FleetWorker = balancer.FleetWorker__Output;

/** All workers as a balancer knows them now. */
export async function readFleet(
  { signal }: Pick<CommandContext, 'signal'>,
  address: string,
  options: ConnectOptions,
): Promise<readonly FleetWorker[]> {
  await using client = connect(address, balancerServiceDefinition(), options);
  for await (const { workers } of client.stream('WatchFleet', {}, { deadlineMs: callMs, signal })) return workers;
  throw new ServiceError('unavailable', `balancer: ${address} ended without saying which workers there are`, {
    field: 'balancer',
  });
}

/** Throws `not-found`, saying who is there. */
export function workerNamed(workers: readonly FleetWorker[], name: string): FleetWorker {
  const found = workers.find(({ worker }) => worker === name);
  if (found !== undefined) return found;
  const names = workers.map(({ worker }) => worker);
  const there = names.length === 0 ? 'no worker is there' : `there are ${names.slice(0, 20).join(', ')}`;
  throw new ServiceError('not-found', `worker: there is no ${name}; ${there}`, { field: 'worker' });
}

/** How a worker stands, in a word. */
export function workerState({ isServing, isEjected, isCordoned }: FleetWorker): string {
  if (isCordoned) return 'cordoned';
  if (!isServing) return 'not serving';
  return isEjected ? 'left out' : 'serving';
}
