import { readConfig } from '@instgenie/config';
import { ServiceError } from '@instgenie/domain';
import { Command, Option } from 'commander';
import { z } from 'zod';
import { workerConfig } from './config.ts';
import { serveWorker } from './serve-worker.ts';

interface Flags {
  readonly config?: string;
  readonly set: readonly string[];
}

const program = new Command('instgenie-worker')
  .description('Runs edits on one device. SIGTERM lets them end or leave; a second one ends at once.')
  .addOption(new Option('--config <file>', 'settings, as YAML or JSON; see docs/worker.md'))
  .addOption(
    new Option('--set <path=value>', 'one setting, as in --set edits.max=16; may be given again')
      .argParser((value: string, before: readonly string[]) => [...before, value])
      .default([], 'none'),
  )
  .option('--check', 'check the settings and print them, with all defaults')
  .option('--schema', 'print the JSON schema of the settings')
  .action(async (flags: Flags & { readonly check?: boolean; readonly schema?: boolean }) => {
    if (flags.schema === true) {
      console.log(JSON.stringify(z.toJSONSchema(workerConfig, { io: 'input' }), undefined, 2));
      return;
    }
    const config = await readConfig(workerConfig, flags);
    if (flags.check === true) console.log(JSON.stringify(config, undefined, 2));
    else await run(config);
  });

async function run(config: z.output<typeof workerConfig>): Promise<void> {
  const stop = Promise.withResolvers<void>();
  let signals = 0;
  const onSignal = () => {
    if (++signals > 1) process.exit(1);
    stop.resolve();
  };
  process.on('SIGTERM', onSignal).on('SIGINT', onSignal);
  await using served = await serveWorker(config);
  await stop.promise;
  await served.stop();
}

try {
  await program.parseAsync();
} catch (thrown) {
  const error = ServiceError.from(thrown);
  const text = error.code === 'internal' && error.cause instanceof Error ? error.cause.stack : error.message;
  console.error(`instgenie-worker: ${text}`);
  process.exitCode = error.code === 'invalid' || error.code === 'not-found' ? 2 : 1;
}
