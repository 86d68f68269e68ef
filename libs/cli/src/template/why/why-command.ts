import { ServiceError } from '@instgenie/domain';
import { RedisIndex } from '@instgenie/index';
import { DeletionNotes, TemplateLibrary, type TemplateRecord } from '@instgenie/templates';
import { Command } from 'commander';
import type { CommandContext } from '../../command-context.ts';
import {
  type BalancerFlags,
  balancerAddress,
  connectOptions,
  withBalancerFlags,
} from '../../deployment/deployment-flags.ts';
import { readFleet } from '../../deployment/fleet.ts';
import { decimalNumber } from '../../flags.ts';
import { bytesText, secondsText } from '../../format.ts';
import { factList, textTable } from '../../table.ts';
import { blobsOption, openRecords } from '../../tenant/open-records.ts';
import { explainTemplate, standingWords } from './explain-template.ts';
import { type AskBalancer, type AskIndex, askedModel, balancerOf, gatherFacts, indexOf } from './gather-facts.ts';
import type { Advice, DeletedFacts, TemplateFacts } from './template-facts.ts';

interface WhyFlags extends BalancerFlags {
  readonly blobs?: string;
  readonly redis?: string;
  readonly model?: string;
  readonly maskRatio: number;
}

const redisMs = 5000;
const notesMax = 100_000;

/** `instgenie template why`: why a template of a deployment is warm or cold, and where. */
export function whyCommand(context: CommandContext): Command {
  return withBalancerFlags(new Command('why'))
    .description('say why a template of a deployment is warm or cold, where, and what an edit of it would do now')
    .argument('<id>')
    .addOption(blobsOption())
    .option('--redis <url>', 'the index (default: $INSTGENIE_REDIS)')
    .option('--model <name>', "whose edits are asked about (default: the template's, or the first one)")
    .option(
      '--mask-ratio <x>',
      'how much of the picture such an edit covers',
      decimalNumber('mask-ratio', { least: 0, most: 1 }),
      0.11,
    )
    .action((id: string, flags: WhyFlags) => why(context, id, flags));
}

async function why(context: CommandContext, id: string, flags: WhyFlags): Promise<void> {
  const blobs = openRecords(context, flags);
  const library = new TemplateLibrary(blobs, () => new Date());
  const record = await library.locate(id);
  if (record === undefined) {
    tellDeleted(context, { id, json: flags.json }, await deletedFacts(new DeletionNotes(blobs, library), id));
    return;
  }
  using index = openIndex(flags);
  const askIndex = index === undefined ? undefined : await tryIndex(context, index);
  const askBalancer = await tryBalancer(context, record, flags);
  const facts = await gatherFacts(record, { maskRatio: flags.maskRatio, askIndex, askBalancer });
  const explained = explainTemplate(facts);
  if (flags.json) {
    context.print(JSON.stringify({ ...facts, ...explained }));
    return;
  }
  context.print([factList(recordFacts(facts)), '', ...explained.sentences.map((text) => `- ${text}`)].join('\n'));
  for (const advice of [...facts.routes.map((route) => route.advice), facts.advice]) {
    if (advice !== undefined && advice.standings.length > 0) context.print(`\n${standingTable(advice)}`);
  }
}

function openIndex({ redis = process.env['INSTGENIE_REDIS'] }: WhyFlags): RedisIndex | undefined {
  // A person asks, and not an edit: there is time.
  return redis === undefined || redis === '' ? undefined : new RedisIndex(redis, { commandMs: redisMs });
}

async function tryIndex(context: CommandContext, index: RedisIndex): Promise<AskIndex | undefined> {
  try {
    await index.ready(redisMs);
    return await indexOf(index);
  } catch (thrown) {
    return unanswered(context, thrown);
  }
}

async function tryBalancer(
  context: CommandContext,
  record: TemplateRecord,
  flags: WhyFlags,
): Promise<AskBalancer | undefined> {
  const address = balancerAddress(flags);
  const options = await connectOptions(context, flags);
  try {
    const model = askedModel(await readFleet(context, address, options), flags.model ?? record.model);
    if (model === undefined) return undefined;
    return balancerOf(address, { options, model, maskRatio: flags.maskRatio, signal: context.signal });
  } catch (thrown) {
    return unanswered(context, thrown);
  }
}

/** Whoever does not answer is left out of what is said. */
function unanswered({ progress, signal }: CommandContext, thrown: unknown): undefined {
  signal.throwIfAborted();
  const { code, message } = ServiceError.from(thrown);
  if (code !== 'unavailable' && code !== 'deadline') throw thrown;
  progress.note(`note: ${message}; what it knows is left out`);
}

async function deletedFacts(notes: DeletionNotes, id: string): Promise<DeletedFacts | undefined> {
  const all = await notes.list(notesMax, () => undefined);
  return all.find(({ name }) => name === `deletions/${id}.json`);
}

function tellDeleted(
  { print }: CommandContext,
  { id, json }: { readonly id: string; readonly json: boolean },
  deleted: DeletedFacts | undefined,
): void {
  if (deleted === undefined) throw new ServiceError('not-found', `template: there is no ${id}`, { field: 'template' });
  const sentence = `it was deleted; a gateway's next sweep drops its ${deleted.variants.length} variants from workers`;
  print(json ? JSON.stringify({ warmth: 'deleted', sentences: [sentence], ...deleted }) : `- ${sentence}`);
}

function recordFacts({ record, routes }: TemplateFacts): readonly (readonly [string, string])[] {
  const { id, name, tenant, source, model, isPinned, isInline, createdAt, lastUsedAt, variants, grantedTo } = record;
  const bytes = variants.reduce((sum, each) => sum + each.bytes, 0);
  return [
    ['template', id],
    ['name', isInline ? 'none: it came with an edit' : name],
    ['tenant', tenant],
    ['picture', `${source.width} x ${source.height}, ${bytesText(source.bytes)}`],
    ['model', model ?? 'as the edit says'],
    ['added', createdAt],
    ['last edited', lastUsedAt ?? 'never, or less than an hour after it was added'],
    ['pinned', isPinned ? 'yes' : 'no'],
    ['granted to', grantedTo.length === 0 ? 'nobody' : grantedTo.join(', ')],
    ['variants made', `${variants.length} of ${routes.length} routes, ${bytesText(bytes)}`],
  ];
}

function standingTable({ standings }: Advice): string {
  const columns = [
    { title: 'worker', align: 'left' },
    { title: 'done in' },
    { title: 'others' },
    { title: 'computing' },
    { title: 'getting' },
    { title: '', align: 'left' },
  ] as const;
  const rows = standings.map((standing) => [
    standing.worker,
    standing.leftOut === '' ? secondsText(standing.predictedMs) : '',
    secondsText(standing.queueMs),
    secondsText(standing.computeMs),
    secondsText(standing.loadMs),
    standingWords(standing),
  ]);
  return textTable(columns, rows);
}
