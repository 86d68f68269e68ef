import { Command } from 'commander';
import { type CommandContext, callerPath } from '../command-context.ts';
import { CheckFailed } from '../exit-codes.ts';
import { bytesText, countText } from '../format.ts';
import { openRecords, type RecordFlags, withRecordFlags } from '../tenant/open-records.ts';
import { backupBlobs, isContent } from './backup-blobs.ts';
import { createBackup } from './create-backup.ts';
import type { ManifestEntry } from './manifest.ts';
import { Backup } from './open-backup.ts';
import { restoreBackup } from './restore-backup.ts';

interface RestoreFlags extends RecordFlags {
  readonly replace: boolean;
  readonly dryRun: boolean;
}

const notes = `
A backup is a tar file of the records of tenants, keys, templates and grants and of the templates' pictures, with the
digest of each. Activations are not in it: workers compute them again. Neither are results, jobs, usage and the audit log.
It may be made while gateways run. Of keys it holds digests only.

Examples:
  instgenie backup create monday.tar --blobs ./blobs
  instgenie backup restore monday.tar --blobs "s3://bucket/instgenie?region=eu-central-1" --dry-run`;

/** `instgenie backup`: what of a deployment cannot be made again, as one file. */
export function backupCommand(context: CommandContext): Command {
  const create = withRecordFlags(new Command('create'))
    .description('write the records and pictures of a deployment into a file')
    .argument('<file>')
    .action((file: string, flags: RecordFlags) => createFile(context, file, flags));
  const restore = withRecordFlags(new Command('restore'))
    .description('check a backup, and put what it holds where it is not')
    .argument('<file>')
    .option('--replace', 'also replace records that say something else now', false)
    .option('--dry-run', 'say what would be done, and write nothing', false)
    .action((file: string, flags: RestoreFlags) => restoreFile(context, file, flags));
  const command = new Command('backup')
    .description('save and restore the records of a deployment')
    .addHelpText('after', notes);
  for (const sub of [create, restore]) command.addCommand(sub);
  return command;
}

async function createFile(context: CommandContext, file: string, flags: RecordFlags): Promise<void> {
  const { signal, progress, print } = context;
  const damaged: string[] = [];
  const found = backupBlobs(openRecords(context, flags), (name) => damaged.push(name));
  const entries = await createBackup(callerPath(context, file), found, { nowMs: Date.now(), signal });
  for (const name of damaged) progress.note(`note: ${name} is damaged or gone, and left out`);
  const counts = countsOf(entries);
  const text = `${file}: ${kindsText(counts)}, ${bytesText(counts.bytes)}`;
  print(flags.json ? JSON.stringify({ file, ...counts, damaged }) : text);
  if (damaged.length > 0) throw new CheckFailed(`${damaged.length} blobs are damaged or gone, and left out`);
}

async function restoreFile(context: CommandContext, file: string, flags: RestoreFlags): Promise<void> {
  const { dryRun: isDryRun, replace: isReplacing, json } = flags;
  await using backup = await Backup.open(callerPath(context, file));
  const options = { isDryRun, isReplacing, signal: context.signal };
  const restored = await restoreBackup(openRecords(context, flags), backup, options);
  const counts = countsOf(backup.manifest.entries);
  const { written, same, kept, replaced } = restored;
  const would = isDryRun ? 'would be ' : '';
  const lines = [
    `${file} of ${backup.manifest.createdAt} is whole: ${kindsText(counts)}`,
    `${would}written ${written}, ${would}replaced ${replaced}, the same already ${same}, other and left as they are ${kept}`,
  ];
  context.print(json ? JSON.stringify({ file, isDryRun, ...counts, ...restored }) : lines.join('\n'));
  if (kept > 0) context.progress.note('note: --replace puts back what the backup says');
}

function countsOf(entries: readonly ManifestEntry[]) {
  const count = (prefix: string) => entries.filter(({ name }) => name.startsWith(prefix)).length;
  return {
    tenants: count('tenants/'),
    keys: count('keys/'),
    templates: count('templates/'),
    grants: count('grants/'),
    pictures: entries.filter(({ name }) => isContent(name)).length,
    bytes: entries.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

function kindsText(counts: ReturnType<typeof countsOf>): string {
  return Object.entries(counts)
    .filter(([kind]) => kind !== 'bytes')
    .map(([kind, count]) => `${countText(count)} ${kind}`)
    .join(', ');
}
