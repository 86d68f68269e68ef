import { ServiceError } from '@instgenie/domain';
import { type ConnectOptions, readTls } from '@instgenie/rpc';
import { type Command, Option } from 'commander';
import { type CommandContext, callerPath } from '../command-context.ts';
import { fileError } from '../read-file.ts';

/** What a service inside a deployment is shown, and who signs its certificate. */
export interface TlsFlags {
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly tlsCa?: string;
  readonly tlsServerName?: string;
}

export interface BalancerFlags extends TlsFlags {
  readonly balancer?: string;
  readonly json: boolean;
}

/** Of one call inside a deployment. */
export const callMs = 10_000;

/** Adds the flags of every command that calls services inside a deployment. */
export function withBalancerFlags(command: Command): Command {
  const balancer = 'where a balancer serves (default: $INSTGENIE_BALANCER, or 127.0.0.1:7060)';
  return withTlsFlags(command.addOption(new Option('--balancer <address>', balancer))).option(
    '--json',
    'print one JSON object',
    false,
  );
}

export function withTlsFlags(command: Command): Command {
  return command
    .option('--tls-cert <file>', 'certificate that services of the deployment are shown')
    .option('--tls-key <file>', 'its key')
    .option('--tls-ca <file>', 'who signs theirs')
    .option('--tls-server-name <name>', 'the name in their certificates, where they are called by addresses');
}

export function balancerAddress({ balancer }: Pick<BalancerFlags, 'balancer'>): string {
  return checkedAddress(balancer ?? process.env['INSTGENIE_BALANCER'] ?? '127.0.0.1:7060', 'balancer');
}

/** Throws `invalid` for what is no `host:port`. */
export function checkedAddress(text: string, field: string): string {
  if (/^(\[[0-9a-f:.]+\]|[a-z0-9]([a-z0-9._-]*[a-z0-9])?):\d{1,5}$/i.test(text)) return text;
  throw new ServiceError('invalid', `${field}: expected host:port, got '${text}'`, { field });
}

/** How services are connected to: in plain text where no flag of TLS is given. */
export async function connectOptions(context: CommandContext, flags: TlsFlags): Promise<ConnectOptions> {
  const { tlsCert, tlsKey, tlsCa, tlsServerName } = flags;
  if ([tlsCert, tlsKey, tlsCa, tlsServerName].every((flag) => flag === undefined)) return {};
  if (tlsCert === undefined || tlsKey === undefined) {
    throw new ServiceError('invalid', 'tls: --tls-cert and --tls-key go together', { field: 'tls' });
  }
  const files = { certFile: callerPath(context, tlsCert), keyFile: callerPath(context, tlsKey) };
  const caFile = tlsCa === undefined ? undefined : callerPath(context, tlsCa);
  try {
    return { tls: await readTls({ ...files, caFile, serverName: tlsServerName }) };
  } catch (thrown) {
    throw fileError(thrown, { path: files.certFile, field: 'tls' });
  }
}
