import type { CommandContext } from './command-context.ts';
import { exitCodes } from './exit-codes.ts';
import { describeFailure } from './failure.ts';
import { Interrupt } from './interrupt.ts';
import { buildProgram } from './program.ts';
import { progressOn } from './progress.ts';

/** Runs one command line to its end and returns the exit code. Results go to stdout, everything else to stderr. */
export async function runCli(args: readonly string[]): Promise<number> {
  using interrupt = new Interrupt();
  const context: CommandContext = {
    folder: process.env['INSTGENIE_CWD'] ?? process.cwd(),
    signal: interrupt.signal,
    print: (text) => void process.stdout.write(`${text}\n`),
    progress: progressOn(process.stderr),
  };
  try {
    await buildProgram(context).parseAsync(args, { from: 'user' });
    return exitCodes.ok;
  } catch (thrown) {
    const failure = describeFailure(thrown, interrupt.exitCode);
    if (failure.line !== undefined) context.progress.note(failure.line);
    // Not the parsed flag: a command line that does not parse should be answered in the asked form, too.
    if (failure.json !== undefined && args.includes('--json')) context.print(JSON.stringify(failure.json));
    if (process.env['INSTGENIE_DEBUG'] === '1') console.error(thrown);
    return failure.exitCode;
  }
}
