import type { BlobStore } from '@instgenie/blobs';
import { ServiceError } from '@instgenie/domain';
import { DeletionNotes, TemplateLibrary } from '@instgenie/templates';
import type { TenantRecord } from '@instgenie/tenants';
import { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { countText } from '../format.ts';
import { factList, textTable } from '../table.ts';
import { openDirectory, type RecordFlags, withRecordFlags, writeAudit } from './open-records.ts';
import { changedQuota, type QuotaFlags, quotaFacts, quotaFlags } from './quota-flags.ts';

const notes = `
A tenant is who templates, jobs, quotas and usage belong to. Gateways notice changes within their \`keyCacheMs\`.

Examples:
  instgenie tenant create acme --blobs ./blobs --token-steps 2000000 --edits 8
  instgenie tenant set acme --blobs ./blobs --edits none
  instgenie key create acme --blobs ./blobs --scopes edit,job`;

/** `instgenie tenant`: who may use a gateway, and how much. */
export function tenantCommand(context: CommandContext): Command {
  const create = withQuotaFlags(new Command('create'))
    .description('add a tenant')
    .argument('<name>')
    .action((name: string, flags: RecordFlags & QuotaFlags) => createTenant(context, name, flags));
  const list = withRecordFlags(new Command('list'))
    .description('list tenants')
    .action((flags: RecordFlags) => listTenants(context, flags));
  const show = withRecordFlags(new Command('show'))
    .description('say what a tenant may use')
    .argument('<name>')
    .action((name: string, flags: RecordFlags) => showTenant(context, name, flags));
  const set = withQuotaFlags(new Command('set'))
    .description("change a tenant's quota; what is not said stays")
    .argument('<name>')
    .action((name: string, flags: RecordFlags & QuotaFlags) => setTenant(context, name, flags));
  const remove = withRecordFlags(new Command('delete'))
    .description('end all keys and tokens of a tenant, delete its templates, and remove it')
    .argument('<name>')
    .action((name: string, flags: RecordFlags) => deleteTenant(context, name, flags));
  const command = new Command('tenant').description('who may use a gateway, and how much').addHelpText('after', notes);
  for (const sub of [create, list, show, set, remove]) command.addCommand(sub);
  return command;
}

function withQuotaFlags(command: Command): Command {
  for (const option of quotaFlags()) command.addOption(option);
  return withRecordFlags(command);
}

async function createTenant(context: CommandContext, name: string, flags: RecordFlags & QuotaFlags): Promise<void> {
  const { blobs, directory } = openDirectory(context, flags);
  const record = await directory.create(name, changedQuota({}, flags));
  context.print(flags.json ? JSON.stringify(viewOf(record)) : factsOf(record));
  await writeAudit(blobs, { action: 'tenant.created', tenant: name, subject: name, facts: {} });
}

async function listTenants(context: CommandContext, flags: RecordFlags): Promise<void> {
  const { directory } = openDirectory(context, flags);
  const damaged: string[] = [];
  const found = await Array.fromAsync(directory.list((blob) => damaged.push(blob)));
  for (const blob of damaged) context.progress.note(`note: the record ${blob} is damaged and left out`);
  const records = found.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  if (flags.json) {
    context.print(JSON.stringify({ tenants: records.map(viewOf) }));
    return;
  }
  if (records.length === 0) {
    context.print('no tenants; add one with instgenie tenant create NAME');
    return;
  }
  const columns = [
    { title: 'tenant', align: 'left' },
    ...quotaFacts({}).map(([title]) => ({ title })),
    { title: 'keys' },
    { title: '', align: 'left' },
  ] as const;
  const rows = records.map(({ name, quota, keys, deletedAt }) => [
    name,
    ...quotaFacts(quota).map(([, value]) => value),
    countText(keys.length),
    deletedAt === undefined ? '' : 'being deleted: delete it again',
  ]);
  context.print(textTable(columns, rows));
}

async function showTenant(context: CommandContext, name: string, flags: RecordFlags): Promise<void> {
  const record = await openDirectory(context, flags).directory.get(name);
  context.print(flags.json ? JSON.stringify(viewOf(record)) : factsOf(record));
}

async function setTenant(context: CommandContext, name: string, flags: RecordFlags & QuotaFlags): Promise<void> {
  const said = [flags.tokenSteps, flags.edits, flags.activationMib, flags.templates];
  if (said.every((limit) => limit === undefined)) {
    throw new ServiceError('invalid', 'quota: say what to change, such as --edits 8', { field: 'quota' });
  }
  const { blobs, directory } = openDirectory(context, flags);
  const record = await directory.setQuota(name, (quota) => changedQuota(quota, flags));
  context.print(flags.json ? JSON.stringify(viewOf(record)) : factsOf(record));
  await writeAudit(blobs, { action: 'tenant.changed', tenant: name, subject: name, facts: {} });
}

async function deleteTenant(context: CommandContext, name: string, flags: RecordFlags): Promise<void> {
  const { blobs, directory } = openDirectory(context, flags);
  // Before, so that none is left if this is cut off; after, for what its keys still made meanwhile.
  const before = await hideTemplates(blobs, name);
  const { keys } = await directory.delete(name);
  const templates = before + (await hideTemplates(blobs, name));
  const removed = { tenant: name, keysRemoved: keys.length, templatesRemoved: templates };
  const text = `${name}, its ${keys.length} keys and its ${templates} templates are removed`;
  context.print(flags.json ? JSON.stringify(removed) : text);
  if (templates > 0) {
    context.progress.note('note: a running gateway drops their pictures and activations with its next sweep');
  }
  context.progress.note('note: its jobs and results end by their time to live; usage and audit log are kept');
  await writeAudit(blobs, { action: 'tenant.deleted', tenant: name, subject: name, facts: { count: keys.length } });
}

async function hideTemplates(blobs: BlobStore, tenant: string): Promise<number> {
  const library = new TemplateLibrary(blobs, () => new Date());
  const notes = new DeletionNotes(blobs, library);
  let count = 0;
  for await (const template of library.list(tenant)) {
    await notes.hide(template);
    count++;
  }
  return count;
}

function viewOf({ name, quota, keys, createdAt, deletedAt }: TenantRecord) {
  return { name, quota, keys: keys.length, createdAt, ...(deletedAt === undefined ? {} : { deletedAt }) };
}

function factsOf({ name, quota, keys, createdAt }: TenantRecord): string {
  return factList([['tenant', name], ...quotaFacts(quota), ['keys', countText(keys.length)], ['created', createdAt]]);
}
