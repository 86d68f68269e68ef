import { ServiceError } from '@instgenie/domain';
import { type AuditEntry, dayOf, readAudit } from '@instgenie/tenants';
import { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { CheckFailed } from '../exit-codes.ts';
import { countText } from '../format.ts';
import { openRecords, type RecordFlags, withRecordFlags } from './open-records.ts';

/** Of an export: they are sorted in memory. */
const entriesMax = 1_000_000;

interface Damage {
  readonly blob: string;
  readonly why: string;
}

type AuditFlags = RecordFlags & { readonly from?: string; readonly to?: string; readonly tenant?: string };

const notes = `
The log says who did what: keys, tenants, templates, jobs, and edits without their prompts and pictures. Its lines are
chained, so what was changed or removed shows. Keep the digests that verify prints elsewhere: with them you can tell
whether somebody has written the whole log anew.

Examples:
  instgenie audit export --blobs ./blobs --from 2026-11-25 --tenant acme
  instgenie audit verify --blobs ./blobs`;

/** `instgenie audit`: who did what. */
export function auditCommand(context: CommandContext): Command {
  const exportLog = withDays(new Command('export'))
    .description('print what was done, a line of JSON for each')
    .option('--tenant <name>', 'of this tenant only')
    .action((flags: AuditFlags) => exportAudit(context, flags));
  const verify = withDays(new Command('verify'))
    .description('check that the log is what was written')
    .action((flags: AuditFlags) => verifyAudit(context, flags));
  const command = new Command('audit').description('who did what').addHelpText('after', notes);
  for (const sub of [exportLog, verify]) command.addCommand(sub);
  return command;
}

function withDays(command: Command): Command {
  return withRecordFlags(command)
    .option('--from <day>', 'the first day in UTC, such as 2026-11-25 (default: all)')
    .option('--to <day>', 'the last day (default: today)');
}

function partsOf(context: CommandContext, flags: AuditFlags) {
  const { from, to = dayOf(Date.now()) } = flags;
  return readAudit(openRecords(context, flags), { from, to });
}

async function exportAudit(context: CommandContext, flags: AuditFlags): Promise<void> {
  const entries: AuditEntry[] = [];
  const damage: Damage[] = [];
  for await (const part of partsOf(context, flags)) {
    if (part.kind === 'damage') damage.push({ blob: part.blob, why: part.why });
    else entries.push(...part.entries.filter(({ tenant }) => flags.tenant === undefined || tenant === flags.tenant));
    if (entries.length > entriesMax) {
      const text = `from: more than ${countText(entriesMax)} events; ask for fewer days`;
      throw new ServiceError('overloaded', text, { field: 'from' });
    }
  }
  // Segments are in the order of their names, which says nothing of processes that wrote at one time.
  entries.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
  if (flags.json) context.print(JSON.stringify({ entries, damage }));
  else for (const entry of entries) context.print(JSON.stringify(entry));
  failIfDamaged(context, damage);
}

async function verifyAudit(context: CommandContext, flags: AuditFlags): Promise<void> {
  const segments: {
    readonly blob: string;
    readonly events: number;
    readonly isEnded: boolean;
    readonly last: string;
  }[] = [];
  const damage: Damage[] = [];
  for await (const part of partsOf(context, flags)) {
    if (part.kind === 'damage') damage.push({ blob: part.blob, why: part.why });
    else segments.push({ blob: part.blob, events: part.entries.length, isEnded: part.isEnded, last: part.last });
  }
  if (flags.json) context.print(JSON.stringify({ segments, damage }));
  else {
    for (const { blob, last, isEnded } of segments) context.print(`${last}  ${blob}${isEnded ? '' : ' (not ended)'}`);
    const events = segments.reduce((sum, each) => sum + each.events, 0);
    context.print(`${countText(segments.length)} segments, ${countText(events)} events`);
  }
  failIfDamaged(context, damage);
}

function failIfDamaged(context: CommandContext, damage: readonly Damage[]): void {
  if (damage.length === 0) return;
  for (const { blob, why } of damage) context.progress.note(`note: ${blob}: ${why}`);
  throw new CheckFailed(`${damage.length} segments of the audit log are not what was written`);
}
