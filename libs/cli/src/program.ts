import { Command } from 'commander';
import manifest from '../package.json' with { type: 'json' };
import { backupCommand } from './backup/backup-command.ts';
import { cacheCommand } from './cache/cache-command.ts';
import type { CommandContext } from './command-context.ts';
import { demoCommand } from './demo/demo-command.ts';
import { workerCommand } from './deployment/worker-command.ts';
import { doctorCommand } from './doctor/doctor-command.ts';
import { editCommand } from './edit/edit-command.ts';
import { exitCodesHelp } from './exit-codes.ts';
import { fixturesCommand } from './fixtures-command.ts';
import { modelCommand } from './model/model-command.ts';
import { planCommand } from './plan/plan-command.ts';
import { templateCommand } from './template/template-command.ts';
import { auditCommand } from './tenant/audit-command.ts';
import { keyCommand } from './tenant/key-command.ts';
import { tenantCommand } from './tenant/tenant-command.ts';
import { usageCommand } from './tenant/usage-command.ts';
import { upCommand } from './up/up-command.ts';

const examples = `
Examples:
  instgenie edit --image portrait.png --mask hat.png --prompt "pink curly hair" -o edited.png
  instgenie edit --image portrait.png --mask hat.png --prompt "pink curly hair" --mode compare
  instgenie model inspect ~/models/FLUX.1-Fill-dev
  instgenie demo`;

/** The whole command line. Parsing throws instead of ending the process. */
export function buildProgram(context: CommandContext): Command {
  const program = new Command('instgenie')
    .description('Mask-aware editing of pictures with diffusion models: only what the mask marks is computed.')
    .version(manifest.version, '-V, --version')
    .addHelpText('after', `${examples}\n${exitCodesHelp}`);
  const own = [upCommand, editCommand, templateCommand, cacheCommand, modelCommand, demoCommand, fixturesCommand];
  const operating = [workerCommand, doctorCommand, backupCommand, planCommand];
  const commands = [...own, ...operating, tenantCommand, keyCommand, usageCommand, auditCommand];
  for (const command of commands) program.addCommand(command(context));
  for (const command of withDescendants(program)) settle(command);
  return program;
}

/** What holds for every command, however deep: refuse what is unknown, never end the process, speak as one. */
function settle(command: Command): void {
  command
    .exitOverride()
    .allowExcessArguments(false)
    .showSuggestionAfterError(true)
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'instgenie: ')) })
    .configureHelp({ showGlobalOptions: false, helpWidth: 110 });
  if (command.parent !== null) command.addHelpText('after', exitCodesHelp);
}

function withDescendants(command: Command): readonly Command[] {
  return [command, ...command.commands.flatMap(withDescendants)];
}
