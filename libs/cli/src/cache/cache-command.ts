import { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { CheckFailed } from '../exit-codes.ts';
import { bytesText } from '../format.ts';
import { openStore, type StoreFlags, storeFlags } from '../open-store.ts';
import { factList, textTable } from '../table.ts';
import { type DataFlags, dataFlag } from '../template/open-library.ts';

type CacheFlags = StoreFlags & DataFlags & { readonly json: boolean };

/** `instgenie cache`: the activations that are kept on this machine. */
export function cacheCommand(context: CommandContext): Command {
  const stat = new Command('stat')
    .description('say what is kept, and how much of the budgets it takes')
    .action((flags: CacheFlags) => cacheStat(context, flags));
  const verify = new Command('verify')
    .description('read every chunk and check it; what is damaged is dropped')
    .action((flags: CacheFlags) => cacheVerify(context, flags));
  const gc = new Command('gc')
    .description('remove what crashes have left, and what the disk budget has no room for')
    .action((flags: CacheFlags) => cacheStat(context, flags));
  const remove = new Command('rm')
    .description('remove variants')
    .argument('<key...>', 'keys, or the first digits of one; see cache stat')
    .action((keys: readonly string[], flags: CacheFlags) => cacheRemove(context, keys, flags));
  const command = new Command('cache').description('look after the activations that are kept on this machine');
  for (const sub of [stat, verify, gc, remove]) {
    for (const option of [...storeFlags(), dataFlag()]) sub.addOption(option);
    command.addCommand(sub.option('--json', 'print one JSON object', false));
  }
  return command;
}

/** Opening a store already removes what is left over and what does not fit. */
async function cacheStat(context: CommandContext, flags: CacheFlags): Promise<void> {
  await using store = await openStore(context, flags);
  const { diskBytes, diskBytesMax, diskVariants, diskEvictions } = store.counts();
  const variants = store.variants();
  if (flags.json) {
    const listed = variants.map(({ key, bytes, steps, shape, isPinned }) => ({
      key,
      bytes,
      steps: steps.length,
      stepsWanted: shape.steps.length,
      isPinned,
    }));
    context.print(JSON.stringify({ diskBytes, diskBytesMax, evicted: diskEvictions, variants: listed }));
    return;
  }
  context.print(
    factList([
      ['store', String(flags.store)],
      ['variants', String(diskVariants)],
      ['on disk', `${bytesText(diskBytes)} of ${bytesText(diskBytesMax)}`],
      ...(diskEvictions > 0 ? [['evicted', String(diskEvictions)] as const] : []),
    ]),
  );
  if (variants.length === 0) return;
  const columns = [{ title: 'key', align: 'left' }, { title: 'steps' }, { title: 'bytes' }] as const;
  const rows = variants.map(({ key, steps, shape, bytes }) => [
    key.slice(0, 16),
    `${steps.length} of ${shape.steps.length}`,
    bytesText(bytes),
  ]);
  context.print(`\n${textTable(columns, rows)}`);
}

async function cacheVerify(context: CommandContext, flags: CacheFlags): Promise<void> {
  await using store = await openStore(context, flags);
  using bar = context.progress.bar('verify', store.variants().length);
  let done = 0;
  const found = await store.verify(() => bar.advance(++done));
  const damaged = found.reduce((sum, variant) => sum + variant.damaged, 0);
  const steps = found.reduce((sum, variant) => sum + variant.steps, 0);
  const bytes = found.reduce((sum, variant) => sum + variant.bytes, 0);
  if (flags.json) context.print(JSON.stringify({ variants: found.length, steps, damagedSteps: damaged, bytes }));
  else context.print(`${found.length} variants, ${steps} steps, ${bytesText(bytes)}: ${damaged} steps are damaged`);
  if (damaged > 0) throw new CheckFailed(`${damaged} steps were damaged and are dropped`);
}

async function cacheRemove(context: CommandContext, keys: readonly string[], flags: CacheFlags): Promise<void> {
  await using store = await openStore(context, flags);
  const removed: string[] = [];
  for (const { key } of store.variants()) {
    if (!keys.some((prefix) => prefix.length >= prefixLeast && key.startsWith(prefix))) continue;
    await store.remove(key);
    removed.push(key);
  }
  if (flags.json) context.print(JSON.stringify({ removed }));
  else context.print(`${removed.length} variants removed`);
}

/** A shorter beginning of a key is more likely a slip than a choice. */
const prefixLeast = 8;
