import { dayOf, readUsage, usageCsv } from '@instgenie/tenants';
import { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { CheckFailed } from '../exit-codes.ts';
import { openRecords, type RecordFlags, withRecordFlags } from './open-records.ts';

type ExportFlags = RecordFlags & { readonly from?: string; readonly to?: string; readonly tenant?: string };

const notes = `
Example:
  instgenie usage export --blobs ./blobs --from 2026-11-01 --to 2026-11-30 > november.csv`;

/** `instgenie usage`: what tenants have used. */
export function usageCommand(context: CommandContext): Command {
  const exportUsage = withRecordFlags(new Command('export'))
    .description('print what was used, by day, tenant and model, as CSV or JSON')
    .option('--from <day>', 'the first day in UTC, such as 2026-11-25 (default: the first of this month)')
    .option('--to <day>', 'the last day (default: today)')
    .option('--tenant <name>', 'of this tenant only')
    .action((flags: ExportFlags) => printUsage(context, flags));
  return new Command('usage').description('what tenants have used').addHelpText('after', notes).addCommand(exportUsage);
}

async function printUsage(context: CommandContext, flags: ExportFlags): Promise<void> {
  const today = dayOf(Date.now());
  const { to = today, tenant } = flags;
  const from = flags.from ?? `${to.slice(0, 7)}-01`;
  const damaged: string[] = [];
  const onDamaged = (blob: string) => damaged.push(blob);
  const rows = await readUsage(openRecords(context, flags), { from, to, tenant, onDamaged });
  context.print(flags.json ? JSON.stringify({ from, to, rows, damaged }) : usageCsv(rows));
  if (damaged.length === 0) return;
  for (const blob of damaged) context.progress.note(`note: ${blob} is damaged and left out`);
  throw new CheckFailed(`${damaged.length} records are damaged: what they counted is missing`);
}
