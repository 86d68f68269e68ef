import { connect, workerServiceDefinition } from '@instgenie/rpc';
import { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { bytesText, countText } from '../format.ts';
import { textTable } from '../table.ts';
import {
  type BalancerFlags,
  balancerAddress,
  callMs,
  checkedAddress,
  connectOptions,
  withBalancerFlags,
} from './deployment-flags.ts';
import { type FleetWorker, readFleet, workerNamed, workerState } from './fleet.ts';
import { readGatewayFleet } from './gateway-fleet.ts';

interface ListFlags extends BalancerFlags {
  readonly gateway?: string;
  readonly apiKey?: string;
}

interface ActFlags extends BalancerFlags {
  readonly worker?: string;
}

const notes = `
A cordoned worker is sent no edits until it is uncordoned; what it has ends there, and peers still read its activations.
It remembers so over restarts, and every balancer sees it. A drained worker takes nobody any more: start it anew.

Examples:
  instgenie worker list --balancer 127.0.0.1:7060
  instgenie worker cordon worker-2
  instgenie worker drain worker-2 --hand-over`;

/** `instgenie worker`: which workers there are, and which of them are sent edits. */
export function workerCommand(context: CommandContext): Command {
  const list = withBalancerFlags(new Command('list'))
    .description('list workers, and what each has to do')
    .option('--gateway <url>', "ask a gateway's /v1/fleet instead")
    .option('--api-key <key>', 'what the gateway is shown (default: $INSTGENIE_API_KEY)')
    .action((flags: ListFlags) => listWorkers(context, flags));
  const cordon = actCommand('cordon')
    .description('send a worker no more edits, until it is uncordoned')
    .action((name: string, flags: ActFlags) => cordonWorker(context, name, { ...flags, isCordoned: true }));
  const uncordon = actCommand('uncordon')
    .description('send it edits again')
    .action((name: string, flags: ActFlags) => cordonWorker(context, name, { ...flags, isCordoned: false }));
  const drain = actCommand('drain')
    .description('let the edits of a worker end and take no more, for good: as before it is stopped')
    .option('--hand-over', 'its edits leave after the running step and go on elsewhere', false)
    .action((name: string, flags: ActFlags & { readonly handOver: boolean }) => drainWorker(context, name, flags));
  const command = new Command('worker')
    .description('which workers there are, and which are sent edits')
    .addHelpText('after', notes);
  for (const sub of [list, cordon, uncordon, drain]) command.addCommand(sub);
  return command;
}

function actCommand(name: string): Command {
  return withBalancerFlags(new Command(name))
    .argument('<name>', 'as `instgenie worker list` names it')
    .option('--worker <address>', 'where it serves, instead of asking a balancer');
}

async function listWorkers(context: CommandContext, flags: ListFlags): Promise<void> {
  const workers =
    flags.gateway === undefined
      ? await readFleet(context, balancerAddress(flags), await connectOptions(context, flags))
      : await readGatewayFleet(context, { url: flags.gateway, apiKey: flags.apiKey });
  if (flags.json) {
    context.print(JSON.stringify({ workers: workers.map((worker) => ({ ...worker, state: workerState(worker) })) }));
    return;
  }
  context.print(workers.length === 0 ? 'no workers' : workerTable(workers));
}

function workerTable(workers: readonly FleetWorker[]): string {
  const columns = [
    { title: 'worker', align: 'left' },
    { title: 'state', align: 'left' },
    { title: 'models', align: 'left' },
    { title: 'edits' },
    { title: 'variants' },
    { title: 'memory' },
    { title: 'disk' },
    { title: 'address', align: 'left' },
  ] as const;
  const rows = workers.map((worker) => [
    worker.worker,
    workerState(worker),
    worker.models.map(({ name }) => name).join(', '),
    `${worker.edits} of ${worker.editsMax}`,
    countText(worker.variants),
    `${bytesText(worker.memoryBytes)} of ${bytesText(worker.memoryBytesMax)}`,
    `${bytesText(worker.diskBytes)} of ${bytesText(worker.diskBytesMax)}`,
    worker.address,
  ]);
  return textTable(columns, rows);
}

async function cordonWorker(
  context: CommandContext,
  name: string,
  { isCordoned, ...flags }: ActFlags & { readonly isCordoned: boolean },
): Promise<void> {
  await using client = await openWorker(context, name, flags);
  const { edits } = await client.unary('Cordon', { isCordoned }, { deadlineMs: callMs, signal: context.signal });
  const text = isCordoned
    ? `${name} is cordoned: it is sent no more edits; ${edits} are there and end`
    : `${name} is uncordoned: it is sent edits again`;
  context.print(flags.json ? JSON.stringify({ worker: name, isCordoned, edits }) : text);
}

async function drainWorker(
  context: CommandContext,
  name: string,
  flags: ActFlags & { readonly handOver: boolean },
): Promise<void> {
  await using client = await openWorker(context, name, flags);
  const { handOver } = flags;
  const { edits } = await client.unary('Drain', { handOver }, { deadlineMs: callMs, signal: context.signal });
  const how = handOver ? 'leave after the running step and go on elsewhere' : 'end there';
  const text = `${name} takes nobody any more; ${edits} edits are there and ${how}`;
  context.print(flags.json ? JSON.stringify({ worker: name, handOver, edits }) : text);
}

/** Calls of a worker, where it was said to serve or where the balancer knows it. */
async function openWorker(context: CommandContext, name: string, flags: ActFlags) {
  const options = await connectOptions(context, flags);
  const address =
    flags.worker === undefined
      ? workerNamed(await readFleet(context, balancerAddress(flags), options), name).address
      : checkedAddress(flags.worker, 'worker');
  return connect(address, workerServiceDefinition(), options);
}
