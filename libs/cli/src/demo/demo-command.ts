import { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { modelFlags } from '../flags.ts';
import { type DemoFlags, runDemo } from './run-demo.ts';

const notes = `
Edits drawn portraits with the bundled model: each once on a cold template, once densely and once on the warm template,
and compares times and pictures.

Examples:
  instgenie demo
  instgenie demo --quick --out /tmp/demo`;

/** `instgenie demo`: some evaluation edits of the model, dense and mask-aware. */
export function demoCommand(context: CommandContext): Command {
  const command = new Command('demo')
    .description('edit the example pictures of a model, dense and mask-aware, and compare')
    .option('--out <dir>', 'where the pictures go; made if missing', 'out/demo')
    .option('--quick', 'one edit of few steps', false)
    .addHelpText('after', notes);
  for (const option of modelFlags()) command.addOption(option);
  return command.action((flags: DemoFlags) => runDemo(context, flags));
}
