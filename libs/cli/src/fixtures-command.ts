import { ServiceError } from '@instgenie/domain';
import { Command } from 'commander';
import { type CommandContext, callerPath } from './command-context.ts';
import { checkFolder } from './fixtures/check-folder.ts';
import type { FileReport } from './fixtures/comparison.ts';
import { wholeNumber } from './flags.ts';

interface CheckOptions {
  readonly json?: boolean;
  readonly verbose?: boolean;
  readonly threads?: number;
  readonly cache?: string;
}

interface Skip {
  readonly checkpoint: string;
  readonly file: string;
  readonly reason: string;
}

/** `instgenie fixtures check DIR`: exit code 1 when a tensor is further away than it may be. */
export function fixturesCommand(context: CommandContext): Command {
  const fixtures = new Command('fixtures').description('golden tensors');
  fixtures
    .command('check')
    .description(
      "compare the engine with golden tensors: DIR/checkpoints/NAME and DIR/golden/NAME, diffusers' own results",
    )
    .argument('<dir>', 'fixtures folder')
    .option('--json', 'print one JSON object')
    .option('--verbose', 'also name the golden tensors that nothing is compared with')
    .option('--threads <n>', 'threads of one kernel', wholeNumber('threads', { least: 1, most: 1024 }))
    .option('--cache <dir>', 'folder of graphs and mapped weights')
    .action(async (dir: string, options: CheckOptions) => {
      process.exitCode = (await check(context, dir, options)) ? 0 : 1;
    });
  return fixtures;
}

async function check(context: CommandContext, dir: string, options: CheckOptions): Promise<boolean> {
  const reports: FileReport[] = [];
  const skipped: Skip[] = [];
  await checkFolder(callerPath(context, dir), {
    signal: context.signal,
    ...(options.threads === undefined ? {} : { threads: options.threads }),
    ...(options.cache === undefined ? {} : { cache: callerPath(context, options.cache) }),
    onFile: (report) => {
      reports.push(report);
      if (options.json !== true) printReport(context, report, options.verbose === true);
    },
    onSkip: (skip) => {
      skipped.push(skip);
      if (options.json !== true) context.print(`skip  ${skip.checkpoint}/${skip.file}: ${skip.reason}`);
    },
  });
  const failed = reports.filter((report) => report.failed.length > 0).length;
  const summary = { files: reports.length, failed, tensors: reports.reduce((sum, { compared }) => sum + compared, 0) };
  if (options.json === true) context.print(JSON.stringify({ ...summary, reports, skipped }));
  else {
    context.print(
      `${summary.tensors} tensors of ${summary.files} files compared, ${failed} files above their tolerance`,
    );
  }
  if (reports.length === 0) throw new ServiceError('not-found', `${dir}: no golden file that can be checked`);
  return failed === 0;
}

function printReport(context: CommandContext, report: FileReport, isVerbose: boolean): void {
  const { checkpoint, file, compared, worst, failed, notCompared } = report;
  const difference = worst === undefined ? 'nothing compared' : `largest error ${formatDifference(worst)}`;
  const name = `${checkpoint}/${file}`.padEnd(40);
  context.print(
    `${failed.length > 0 ? 'FAIL' : 'ok  '}  ${name} ${String(compared).padStart(3)} tensors, ${difference}`,
  );
  for (const item of failed) context.print(`        ${formatDifference(item)}`);
  if (isVerbose && notCompared.length > 0) context.print(`        not compared: ${notCompared.join(', ')}`);
}

function formatDifference({ tensor, largest, allowed }: NonNullable<FileReport['worst']>): string {
  return `${largest === 0 ? '0' : largest.toExponential(1)} of ${allowed} allowed (${tensor})`;
}
