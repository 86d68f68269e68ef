import { ServiceError } from '@instgenie/domain';
import { type KeyRecord, type MadeKey, type Scope, scopes } from '@instgenie/tenants';
import { Command, Option } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { wholeNumber } from '../flags.ts';
import { textTable } from '../table.ts';
import { openDirectory, type RecordFlags, withRecordFlags, writeAudit } from './open-records.ts';

type CreateFlags = RecordFlags & {
  readonly scopes: readonly Scope[];
  readonly name: string;
  readonly expiresDays?: number;
};
type RotateFlags = RecordFlags & { readonly graceMinutes: number };

const dayMs = 86_400_000;
const nameCharactersMax = 100;

const notes = `
A key is shown once, when it is made; only a digest of it is kept.

Examples:
  instgenie key create acme --blobs ./blobs --scopes edit --expires-days 90
  instgenie key rotate acme KEY_ID --blobs ./blobs --grace-minutes 60
  instgenie key revoke acme KEY_ID --blobs ./blobs`;

/** `instgenie key`: what callers of a gateway show. */
export function keyCommand(context: CommandContext): Command {
  const create = withRecordFlags(new Command('create'))
    .description('make a key, and print it')
    .argument('<tenant>')
    .addOption(
      new Option('--scopes <list>', 'what it may do, with commas').argParser(scopeList).default(scopes, scopes.join()),
    )
    .option('--name <text>', 'what people call it', '')
    .addOption(
      new Option('--expires-days <n>', 'it ends then (default: never)').argParser(
        wholeNumber('expires-days', { least: 1, most: 3650 }),
      ),
    )
    .action((tenant: string, flags: CreateFlags) => createKey(context, tenant, flags));
  const rotate = withRecordFlags(new Command('rotate'))
    .description('make a key that takes over from another, and print it')
    .argument('<tenant>')
    .argument('<id>')
    .addOption(
      new Option('--grace-minutes <n>', 'how long the old one goes on')
        .argParser(wholeNumber('grace-minutes', { least: 0, most: 525_600 }))
        .default(1440),
    )
    .action((tenant: string, id: string, flags: RotateFlags) => rotateKey(context, { tenant, id, flags }));
  const revoke = withRecordFlags(new Command('revoke'))
    .description('end a key')
    .argument('<tenant>')
    .argument('<id>')
    .action((tenant: string, id: string, flags: RecordFlags) => revokeKey(context, { tenant, id, flags }));
  const list = withRecordFlags(new Command('list'))
    .description('list the keys of a tenant')
    .argument('<tenant>')
    .action((tenant: string, flags: RecordFlags) => listKeys(context, tenant, flags));
  const command = new Command('key').description('what callers of a gateway show').addHelpText('after', notes);
  for (const sub of [create, rotate, revoke, list]) command.addCommand(sub);
  return command;
}

function scopeList(text: string): readonly Scope[] {
  const words = text.split(',');
  const known = scopes.filter((scope) => words.includes(scope));
  if (known.length === words.length) return known;
  throw new ServiceError('invalid', `scopes: expected some of ${scopes.join()}, got '${text}'`, { field: 'scopes' });
}

async function createKey(context: CommandContext, tenant: string, flags: CreateFlags): Promise<void> {
  const { blobs, directory } = openDirectory(context, flags);
  const { name } = flags;
  if (name.length > nameCharactersMax) {
    throw new ServiceError('invalid', `name: expected at most ${nameCharactersMax} characters`, { field: 'name' });
  }
  const expiresAtMs = flags.expiresDays === undefined ? undefined : Date.now() + flags.expiresDays * dayMs;
  const made = await directory.createKey(tenant, { name, scopes: flags.scopes, expiresAtMs });
  printKey(context, made, flags);
  await writeAudit(blobs, { action: 'key.created', tenant, subject: made.record.id, facts: factsOf(made.record) });
}

interface KeyCall<Flags> {
  readonly tenant: string;
  readonly id: string;
  readonly flags: Flags;
}

async function rotateKey(context: CommandContext, { tenant, id, flags }: KeyCall<RotateFlags>): Promise<void> {
  const { blobs, directory } = openDirectory(context, flags);
  const made = await directory.rotateKey(tenant, id, { graceMs: flags.graceMinutes * 60_000 });
  printKey(context, made, flags);
  const facts = { ...factsOf(made.record), to: made.record.id };
  await writeAudit(blobs, { action: 'key.rotated', tenant, subject: id, facts });
}

async function revokeKey(context: CommandContext, { tenant, id, flags }: KeyCall<RecordFlags>): Promise<void> {
  const { blobs, directory } = openDirectory(context, flags);
  const record = await directory.revokeKey(tenant, id);
  context.print(
    flags.json
      ? JSON.stringify(viewOf(record, Date.now()))
      : `${id} is revoked; gateways refuse it within their keyCacheMs`,
  );
  await writeAudit(blobs, { action: 'key.revoked', tenant, subject: id, facts: {} });
}

async function listKeys(context: CommandContext, tenant: string, flags: RecordFlags): Promise<void> {
  const { keys } = await openDirectory(context, flags).directory.get(tenant);
  const views = keys.map((key) => viewOf(key, Date.now()));
  if (flags.json) {
    context.print(JSON.stringify({ keys: views }));
    return;
  }
  if (views.length === 0) {
    context.print('no keys; make one with instgenie key create TENANT');
    return;
  }
  const columns = (['id', 'name', 'scopes', 'state', 'created', 'ends'] as const).map((title) => ({
    title,
    align: 'left' as const,
  }));
  const rows = views.map(({ id, name, scopes: allowed, state, createdAt, revokedAt, expiresAt }) => [
    id,
    name,
    allowed.join(),
    state,
    createdAt,
    revokedAt ?? expiresAt ?? 'never',
  ]);
  context.print(textTable(columns, rows));
}

function printKey(context: CommandContext, { record, text }: MadeKey, { json }: RecordFlags): void {
  context.print(json ? JSON.stringify({ ...viewOf(record, Date.now()), key: text }) : text);
  context.progress.note(`note: the key ${record.id} is shown now and never again`);
}

function factsOf({ scopes: allowed, expiresAt }: KeyRecord) {
  return { scopes: allowed.join(), ...(expiresAt === undefined ? {} : { expiresAt }) };
}

/** A key without the digest of its secret. */
function viewOf({ digest: _digest, ...key }: KeyRecord, nowMs: number) {
  const isOver = key.expiresAt !== undefined && Date.parse(key.expiresAt) <= nowMs;
  const state = key.revokedAt !== undefined ? 'revoked' : isOver ? 'expired' : 'valid';
  return { ...key, state } as const;
}
