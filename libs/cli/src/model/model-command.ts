import { homedir } from 'node:os';
import { openModel } from '@instgenie/diffusion';
import { Command } from 'commander';
import { type CommandContext, callerPath } from '../command-context.ts';
import { modelFolder } from '../default-model.ts';
import { freeDiskBytes } from './free-space.ts';
import { modelReport } from './model-report.ts';
import { reportText } from './report-text.ts';

interface InspectFlags {
  readonly cache?: string;
  readonly json: boolean;
}

const notes = `
Reads configs and headers only; nothing is loaded or written.

Examples:
  instgenie model inspect
  instgenie model inspect ~/models/FLUX.1-Fill-dev --json`;

/** `instgenie model`: checkpoints. */
export function modelCommand(context: CommandContext): Command {
  const inspect = new Command('inspect')
    .description('say what a checkpoint is, what its templates take, and how many fit here')
    .argument('[dir]', 'a diffusers folder (default: the bundled demo model, or $INSTGENIE_MODEL)')
    .option('--cache <dir>', 'the folder whose free disk is counted (default: instgenie/models in ~/.cache)')
    .option('--json', 'print one JSON object', false)
    .addHelpText('after', notes)
    .action((dir: string | undefined, flags: InspectFlags) => inspectModel(context, dir, flags));
  return new Command('model').description('look at checkpoints').addCommand(inspect);
}

async function inspectModel(context: CommandContext, dir: string | undefined, flags: InspectFlags): Promise<void> {
  const folder = modelFolder(context, dir);
  const model = await openModel(folder, { signal: context.signal });
  const cache = callerPath(context, flags.cache ?? process.env['XDG_CACHE_HOME'] ?? homedir());
  const free = { memoryBytes: process.availableMemory(), diskBytes: await freeDiskBytes(cache) };
  const report = modelReport(folder, model, free);
  context.print(flags.json ? JSON.stringify(report) : reportText(report));
}
