import { ServiceError } from '@instgenie/domain';
import { runtimeFacts } from '@instgenie/engine';
import { inspectRedis } from '@instgenie/index';
import { Command } from 'commander';
import { type CommandContext, callerPath } from '../command-context.ts';
import {
  type BalancerFlags,
  balancerAddress,
  checkedAddress,
  connectOptions,
  withBalancerFlags,
} from '../deployment/deployment-flags.ts';
import { readFleet } from '../deployment/fleet.ts';
import { CheckFailed } from '../exit-codes.ts';
import { blobsOption, openRecords } from '../tenant/open-records.ts';
import { checkBlobs } from './blob-check.ts';
import { type Check, failed, skipped } from './check.ts';
import { checkClock } from './clock-check.ts';
import { checkFleet } from './fleet-checks.ts';
import { checkGateway } from './gateway-checks.ts';
import { checkNode, checkPort, checkProviders, checkStore } from './machine-checks.ts';
import { checkRedis } from './redis-checks.ts';

interface DoctorFlags extends BalancerFlags {
  readonly blobs?: string;
  readonly store?: string;
  readonly redis?: string;
  readonly gateway?: string;
  readonly listen: readonly string[];
}

const redisMs = 5000;
const notes = `
Looks at what flags name, and at nothing else. In the store's folder and in the blobs it writes a file and removes it.

Examples:
  instgenie doctor --store /var/lib/instgenie --listen 0.0.0.0:7070
  instgenie doctor --gateway http://127.0.0.1:8080 --balancer 127.0.0.1:7060 --redis redis://127.0.0.1:6379 --blobs ./blobs`;

/** `instgenie doctor`: whether a machine or a deployment is as it should be, and what to do where it is not. */
export function doctorCommand(context: CommandContext): Command {
  return withBalancerFlags(new Command('doctor'))
    .description('check this machine and a deployment, and say what to do')
    .addOption(blobsOption())
    .option('--store <dir>', "a worker's store.folder: its space and speed")
    .option('--redis <url>', 'the Redis of index and jobs (default: $INSTGENIE_REDIS)')
    .option('--gateway <url>', "a gateway's HTTP address")
    .option('--listen <address...>', 'where a service is to listen', [])
    .addHelpText('after', notes)
    .action((flags: DoctorFlags) => examine(context, flags));
}

async function examine(context: CommandContext, flags: DoctorFlags): Promise<void> {
  const checks: Check[] = [];
  for await (const found of allChecks(context, flags)) {
    checks.push(...found);
    if (!flags.json) for (const check of found) context.print(checkText(check));
  }
  if (flags.json) context.print(JSON.stringify({ checks }));
  const count = checks.filter(({ state }) => state === 'fail').length;
  if (count > 0) throw new CheckFailed(`${count} of ${checks.length} checks failed`);
}

async function* allChecks(context: CommandContext, flags: DoctorFlags): AsyncIterable<readonly Check[]> {
  const { store, gateway, listen } = flags;
  const redis = flags.redis ?? process.env['INSTGENIE_REDIS'];
  const blobs = flags.blobs ?? process.env['INSTGENIE_BLOBS'];
  const hasBalancer = (flags.balancer ?? process.env['INSTGENIE_BALANCER']) !== undefined;
  yield [checkNode(process.version), checkProviders(runtimeFacts())];
  for (const address of listen) yield [await checkPort(checkedAddress(address, 'listen'))];
  yield store === undefined ? [skipped('disk', '--store DIR')] : await checkStore(callerPath(context, store));
  yield blobs === undefined
    ? [skipped('blobs', '--blobs PLACE')]
    : [await checkBlobs(openRecords(context, { blobs }), () => performance.now())];
  yield redis === undefined ? [skipped('redis', '--redis URL')] : await redisChecks(redis);
  yield gateway === undefined ? [skipped('gateway', '--gateway URL')] : await checkGateway(context, gateway, Date.now);
  yield hasBalancer ? await balancerChecks(context, flags) : [skipped('balancer', '--balancer ADDRESS')];
}

async function redisChecks(url: string): Promise<readonly Check[]> {
  try {
    const askedMs = Date.now();
    const facts = await inspectRedis(url, { timeoutMs: redisMs });
    const reading = { askedMs, answeredMs: Date.now(), timeMs: facts.timeMs, resolutionMs: 1 };
    return [...checkRedis(facts), checkClock('Redis', reading)];
  } catch (thrown) {
    const { message } = ServiceError.from(thrown);
    return [failed('redis', { text: message, fix: 'start it, or check address, user, password and TLS' })];
  }
}

async function balancerChecks(context: CommandContext, flags: DoctorFlags): Promise<readonly Check[]> {
  const address = balancerAddress(flags);
  try {
    const workers = await readFleet(context, address, await connectOptions(context, flags));
    return [{ name: 'balancer', state: 'ok', text: `${address} answers` }, ...checkFleet(workers)];
  } catch (thrown) {
    context.signal.throwIfAborted();
    const { message } = ServiceError.from(thrown);
    return [
      failed('balancer', { text: `${address}: ${message}`, fix: 'start it, or pass the --tls flags that it asks for' }),
    ];
  }
}

function checkText({ name, state, text, fix }: Check): string {
  const line = `${state.padEnd(5)} ${name.padEnd(18)} ${text}`;
  return fix === undefined ? line : `${line}\n${' '.repeat(25)}${fix}`;
}
