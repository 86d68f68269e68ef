import { ServiceError } from '@instgenie/domain';
import { Command, Option } from 'commander';
import { z } from 'zod';
import { countBuffersWithHeap } from './buffer-accounting.ts';
import { readConfig } from './read-config.ts';

/** A service that is up. */
export interface RunningService extends AsyncDisposable {
  /** Takes nobody new, and resolves when what is here has ended or its time is over. */
  stop(): Promise<void>;
}

export interface ServiceProgram<Schema extends z.ZodType> {
  /** Such as `worker`. */
  readonly name: string;
  readonly description: string;
  readonly schema: Schema;
  readonly serve: (config: z.output<Schema>) => Promise<RunningService>;
}

interface Flags {
  readonly config?: string;
  readonly set: readonly string[];
  readonly setFile: readonly string[];
  readonly check?: boolean;
  readonly schema?: boolean;
}

/**
 * The main of a service: settings from a file and flags, then serving until SIGTERM or SIGINT; a second signal ends the
 * process at once. Wrong settings end it with code 2, naming all of them.
 */
export async function runService<Schema extends z.ZodType>(program: ServiceProgram<Schema>): Promise<void> {
  countBuffersWithHeap();
  const { name, description, schema, serve } = program;
  const command = new Command(`instgenie-${name}`)
    .description(description)
    .addOption(new Option('--config <file>', `settings, as YAML or JSON; see docs/${name}.md`))
    .addOption(
      new Option('--set <path=value>', 'one setting, as in --set log=debug; may be given again')
        .argParser((value: string, before: readonly string[]) => [...before, value])
        .default([], 'none'),
    )
    .addOption(
      new Option('--set-file <path=file>', 'one setting whose value is the text of a file, such as a secret')
        .argParser((value: string, before: readonly string[]) => [...before, value])
        .default([], 'none'),
    )
    .option('--check', 'check the settings and print them, with all defaults')
    .option('--schema', 'print the JSON schema of the settings')
    .action(async (flags: Flags) => {
      if (flags.schema === true) {
        console.log(JSON.stringify(z.toJSONSchema(schema, { io: 'input' }), undefined, 2));
        return;
      }
      const { config: file, set, setFile } = flags;
      const config = await readConfig(schema, { set, setFile, ...(file === undefined ? {} : { file }) });
      if (flags.check === true) console.log(JSON.stringify(config, undefined, 2));
      else await runUntilSignal(() => serve(config));
    });
  try {
    await command.parseAsync();
  } catch (thrown) {
    const error = ServiceError.from(thrown);
    const text = error.code === 'internal' && error.cause instanceof Error ? error.cause.stack : error.message;
    console.error(`instgenie-${name}: ${text}`);
    process.exitCode = error.code === 'invalid' || error.code === 'not-found' ? 2 : 1;
  }
}

/** What a library still tries, such as to reach a server that is gone, keeps a service that has ended for so long. */
const restMs = 1000;

async function runUntilSignal(serve: () => Promise<RunningService>): Promise<void> {
  const stop = Promise.withResolvers<void>();
  let signals = 0;
  const onSignal = () => {
    if (++signals > 1) process.exit(1);
    stop.resolve();
  };
  process.on('SIGTERM', onSignal).on('SIGINT', onSignal);
  {
    await using served = await serve();
    await stop.promise;
    await served.stop();
  }
  setTimeout(() => process.exit(), restMs).unref();
}
