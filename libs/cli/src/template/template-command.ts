import { putContent } from '@instgenie/blobs';
import { variantKey } from '@instgenie/domain';
import { decodePicture } from '@instgenie/pictures';
import type { ActivationStore } from '@instgenie/store';
import type { TemplateRecord } from '@instgenie/templates';
import { Command, Option } from 'commander';
import { type CommandContext, callerPath } from '../command-context.ts';
import { modelFlags, runFlags, wholeNumber } from '../flags.ts';
import { bytesText } from '../format.ts';
import { openStore, type StoreFlags, storeFlags, type VariantFlags, variantFlags } from '../open-store.ts';
import { readPictureFile } from '../read-file.ts';
import { factList, textTable } from '../table.ts';
import { type DataFlags, dataFlag, openLibrary, tenant } from './open-library.ts';
import { type PrimeFlags, primeRecord, storageOf } from './prime-template.ts';
import { whyCommand } from './why/why-command.ts';

type ListFlags = DataFlags & { readonly json: boolean };
type KeptFlags = ListFlags & StoreFlags;
type AddFlags = KeptFlags &
  VariantFlags &
  PrimeFlags & {
    readonly name?: string;
    readonly steps?: number;
    readonly guidance?: number;
    readonly prompt: string;
    readonly noiseSeed: number;
    readonly prime: boolean;
  };

const notes = `
A template is a picture that is edited again and again. Adding the same picture with the same settings twice gives the
same template.

Examples:
  instgenie template add portrait.png --name "spring poster" --prime
  instgenie edit --template ID --mask hat.png --prompt "pink curly hair"
  instgenie template pin ID
  instgenie template why ID --blobs ./blobs --redis redis://127.0.0.1:6379`;

/** `instgenie template`: pictures that are edited again and again. */
export function templateCommand(context: CommandContext): Command {
  const seeds = wholeNumber('noise-seed', { least: 0, most: 2 ** 32 - 1 });
  const add = withFlags(new Command('add'), [...runFlags(), ...variantFlags(), ...storeFlags(), ...modelFlags()])
    .description('keep a picture as a template')
    .argument('<image>', 'the picture: png, jpeg or webp')
    .option('--name <text>', "what people call it (default: the file's name)")
    .option('--prompt <text>', "the template's own prompt, not that of its edits", '')
    .addOption(new Option('--noise-seed <n>', "of the template's own noise").argParser(seeds).default(0))
    .addOption(quotaFlag())
    .option('--prime', 'compute its activations now, so that its first edit is warm', false)
    .option('--mask <file>', 'with --prime: whose window, for a picture larger than the model')
    .action((image: string, flags: AddFlags) => addTemplate(context, image, flags));
  const list = withFlags(new Command('list'))
    .description('list templates')
    .action((flags: ListFlags) => listTemplates(context, flags));
  const prime = withFlags(new Command('prime'), [...storeFlags(), ...modelFlags()])
    .description('compute and keep the activations of a template')
    .argument('<id>')
    .addOption(quotaFlag())
    .option('--mask <file>', 'whose window, for a picture larger than the model')
    .action((id: string, flags: KeptFlags & PrimeFlags) => primeOne(context, id, flags));
  const pin = withFlags(new Command('pin'), storeFlags())
    .description('never evict the activations of a template')
    .argument('<id>')
    .option('--undo', 'let them be evicted again', false)
    .action((id: string, flags: KeptFlags & { readonly undo: boolean }) => pinTemplate(context, id, flags));
  const remove = withFlags(new Command('rm'), storeFlags())
    .description('remove a template and its activations')
    .argument('<id>')
    .action((id: string, flags: KeptFlags) => removeTemplate(context, id, flags));
  const stat = withFlags(new Command('stat'), storeFlags())
    .description('say what is known and kept of a template')
    .argument('<id>')
    .action((id: string, flags: KeptFlags) => statTemplate(context, id, flags));
  const command = new Command('template')
    .description('pictures that are edited again and again')
    .addHelpText('after', notes);
  for (const sub of [add, list, prime, pin, remove, stat, whyCommand(context)]) command.addCommand(sub);
  return command;
}

/** Of the command line's only tenant. */
function quotaFlag(): Option {
  return new Option(
    '--quota-mib <n>',
    "activations that all templates may take (default: the disk's budget)",
  ).argParser(wholeNumber('quota-mib', { least: 1, most: 2 ** 32 }));
}

function withFlags(command: Command, options: readonly Option[] = []): Command {
  for (const option of [...options, dataFlag()]) command.addOption(option);
  return command.option('--json', 'print one JSON object', false);
}

async function addTemplate(context: CommandContext, image: string, flags: AddFlags): Promise<void> {
  const { blobs, library } = openLibrary(context, flags);
  const path = callerPath(context, image);
  const bytes = await readPictureFile(path, 'image');
  const { width, height } = await decodePicture(bytes);
  const sha256 = await putContent(blobs, bytes);
  const record = await library.add({
    tenant,
    name: flags.name ?? path.slice(path.lastIndexOf('/') + 1).slice(0, 200),
    source: { sha256, bytes: bytes.length, width, height },
    prompt: flags.prompt,
    noiseSeed: flags.noiseSeed,
    storage: flags.storage,
    keepEvery: flags.keepEvery,
    ...(flags.steps === undefined ? {} : { steps: flags.steps }),
    ...(flags.guidance === undefined ? {} : { guidance: flags.guidance }),
  });
  // Whoever removed the last template of this picture just now may have found no other.
  await putContent(blobs, bytes);
  if (flags.prime) {
    await using store = await openStore(context, flags);
    await primeRecord({ context, store, record, blobs, library }, flags);
  }
  context.print(flags.json ? JSON.stringify(record) : record.id);
}

async function listTemplates(context: CommandContext, flags: ListFlags): Promise<void> {
  const { library } = openLibrary(context, flags);
  const damaged: string[] = [];
  const records = await Array.fromAsync(library.list(tenant, (name) => damaged.push(name)));
  for (const name of damaged) context.progress.note(`note: the record ${name} is damaged and left out`);
  if (flags.json) {
    context.print(JSON.stringify({ templates: records }));
    return;
  }
  const columns = [
    { title: 'id', align: 'left' },
    { title: 'name', align: 'left' },
    { title: 'picture' },
    { title: 'stored' },
    { title: 'every' },
    { title: 'variants' },
    { title: 'pinned' },
  ] as const;
  const rows = records.map((record) => [
    record.id,
    record.name,
    `${record.source.width} x ${record.source.height}`,
    storageOf(record),
    String(record.keepEvery),
    String(record.variants.length),
    record.isPinned ? 'yes' : '',
  ]);
  context.print(
    records.length === 0 ? 'no templates; add one with instgenie template add IMAGE' : textTable(columns, rows),
  );
}

async function primeOne(context: CommandContext, id: string, flags: KeptFlags & PrimeFlags): Promise<void> {
  const opened = openLibrary(context, flags);
  const record = await opened.library.get(tenant, id);
  await using store = await openStore(context, flags);
  const { key, bytes } = await primeRecord({ ...opened, context, store, record }, flags);
  context.print(flags.json ? JSON.stringify({ id, key, bytes }) : `${id} is warm: ${bytesText(bytes)}`);
}

async function pinTemplate(
  context: CommandContext,
  id: string,
  flags: KeptFlags & { readonly undo: boolean },
): Promise<void> {
  const { library } = openLibrary(context, flags);
  const record = await library.update({ tenant, id }, (known) => ({ ...known, isPinned: !flags.undo }));
  context.print(flags.json ? JSON.stringify(record) : `${id} is ${record.isPinned ? 'pinned' : 'no longer pinned'}`);
}

async function removeTemplate(context: CommandContext, id: string, flags: KeptFlags): Promise<void> {
  const { library } = openLibrary(context, flags);
  await using store = await openStore(context, flags);
  const record = await library.remove(tenant, id);
  let removed = 0;
  for (const { key } of record.variants) if (await store.remove(variantKey(key))) removed++;
  const pictureRemoved = await library.removePicture(record.source.sha256);
  context.print(
    flags.json
      ? JSON.stringify({ id, variantsRemoved: removed, pictureRemoved })
      : `${id} and ${removed} variants are removed${pictureRemoved ? '' : '; another template uses its picture'}`,
  );
}

async function statTemplate(context: CommandContext, id: string, flags: KeptFlags): Promise<void> {
  const { library } = openLibrary(context, flags);
  const record = await library.get(tenant, id);
  await using store = await openStore(context, flags);
  const variants = keptVariants(store, record);
  if (flags.json) {
    context.print(JSON.stringify({ ...record, kept: variants }));
    return;
  }
  const { source, name, keepEvery, isPinned, createdAt } = record;
  context.print(
    factList([
      ['id', id],
      ['name', name],
      ['picture', `${source.width} x ${source.height}, ${bytesText(source.bytes)}`],
      ['steps', String(record.steps ?? "the model's")],
      ['stored', `${storageOf(record)}, every ${keepEvery === 1 ? '' : `${keepEvery}. `}step`],
      ['pinned', isPinned ? 'yes' : 'no'],
      ['added', createdAt],
      ...variants.map(
        ({ key, steps, bytes }) => ['kept', `${key.slice(0, 16)}: ${steps} steps, ${bytesText(bytes)}`] as const,
      ),
    ]),
  );
}

function keptVariants(store: ActivationStore, { variants }: TemplateRecord) {
  return variants.flatMap(({ key }) => {
    const held = store.find(variantKey(key));
    return held === undefined ? [] : [{ key, steps: held.steps.length, bytes: held.bytes }];
  });
}
