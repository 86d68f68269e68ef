import { homedir } from 'node:os';
import { join } from 'node:path';
import { ServiceError, type StorageType, storageTypes, type VariantKey, variantKey } from '@instgenie/domain';
import { ActivationStore } from '@instgenie/store';
import { Option } from 'commander';
import { type CommandContext, callerPath } from './command-context.ts';
import { wholeNumber } from './flags.ts';
import { type DataFlags, openLibrary, tenant } from './template/open-library.ts';

/** What `storeFlags` parse to. */
/** How activations are kept where nobody says so. */
export const usualStorage: StorageType = 'int8';

export interface StoreFlags {
  /** A folder, or false where no store is wanted. */
  readonly store: string | false;
  readonly memoryMib: number;
  readonly diskMib: number;
  readonly directIo: 'auto' | 'on' | 'off';
  readonly readDeadlineMs: number;
}

/** What `variantFlags` parse to. */
export interface VariantFlags {
  readonly storage: StorageType;
  readonly keepEvery: number;
}

const mib = 1024 ** 2;

/** The flags of every command that opens the store. */
export function storeFlags(): readonly Option[] {
  const budget = (field: string) => wholeNumber(field, { least: 1, most: 2 ** 32 });
  return [
    new Option(
      '--store <dir>',
      "where templates' activations are kept (default: $INSTGENIE_STORE, or instgenie/activations in ~/.cache)",
    ).default(defaultStore(), ''),
    new Option('--memory-mib <n>', 'memory for activations').argParser(budget('memory-mib')).default(1024),
    new Option('--disk-mib <n>', 'disk for activations; what is worth least goes first')
      .argParser(budget('disk-mib'))
      .default(20_480),
    new Option('--read-deadline-ms <n>', 'what takes longer to read is computed')
      .argParser(wholeNumber('read-deadline-ms', { least: 1, most: 600_000 }))
      .default(200),
    new Option('--direct-io <when>', 'read and write past the page cache')
      .choices(['auto', 'on', 'off'])
      .default('auto'),
  ];
}

/** The flags that say how a template's activations are kept. */
export function variantFlags(): readonly Option[] {
  return [
    new Option('--storage <type>', 'how the values of activations are kept')
      .choices(storageTypes)
      .default(usualStorage),
    new Option('--keep-every <n>', 'keep every n-th step only, each for those up to the next')
      .argParser(wholeNumber('keep-every', { least: 1, most: 1000 }))
      .default(1),
  ];
}

/** Opens the store that the flags name. The caller disposes of it. Throws `overloaded` when it is in use. */
export async function openStore(context: CommandContext, flags: StoreFlags & DataFlags): Promise<ActivationStore> {
  if (flags.store === false) throw new ServiceError('invalid', 'store: this command needs one', { field: 'store' });
  return await ActivationStore.open({
    root: callerPath(context, flags.store),
    memoryBytesMax: flags.memoryMib * mib,
    diskBytesMax: flags.diskMib * mib,
    directIo: flags.directIo,
    readDeadlineMs: flags.readDeadlineMs,
    pinned: await pinnedVariants(context, flags),
  });
}

async function pinnedVariants(context: CommandContext, flags: DataFlags): Promise<readonly VariantKey[]> {
  const pinned: VariantKey[] = [];
  for await (const { isPinned, variants } of openLibrary(context, flags).library.list(tenant)) {
    if (isPinned) pinned.push(...variants.map(({ key }) => variantKey(key)));
  }
  return pinned;
}

/** The same for commands that can do without: undefined, with a note, while another process has it open. */
export async function openStoreIfFree(
  context: CommandContext,
  flags: StoreFlags & DataFlags,
): Promise<ActivationStore | undefined> {
  if (flags.store === false) return undefined;
  try {
    return await openStore(context, flags);
  } catch (thrown) {
    if (!(thrown instanceof ServiceError) || thrown.code !== 'overloaded') throw thrown;
    context.progress.note(`note: ${thrown.message}; going on without it`);
    return undefined;
  }
}

function defaultStore(): string {
  const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  return process.env['INSTGENIE_STORE'] ?? join(cache, 'instgenie', 'activations');
}
