import { bytesText, percentText, secondsText } from '../../format.ts';
import type { Advice, RouteFacts, Standing, TemplateFacts, VariantFacts } from './template-facts.ts';

/** `unknown`: the index did not answer. */
export type Warmth = 'warm' | 'partly warm' | 'priming' | 'cold' | 'unknown';

export interface Explanation {
  readonly warmth: Warmth;
  /** Why, where, and what to do, a sentence each. */
  readonly sentences: readonly string[];
}

const leftOutWords: Readonly<Record<string, string>> = {
  model: 'does not serve this model',
  cordoned: 'is cordoned',
  leaving: 'takes no edits: it is leaving',
  silent: 'has not been heard of lately',
  still: 'does no steps, though it has edits',
  excluded: 'has failed this edit',
  ejected: 'is left out for a while: it failed, or is much slower than others',
  full: 'has as many edits as it takes',
  cold: 'does not hold the activations',
  late: 'would be too late',
};

const refusedWords: Readonly<Record<string, string>> = {
  unserved: 'no worker serves this model now',
  full: 'all workers are full',
  cold: 'no worker holds the activations',
  late: 'no worker would be in time',
  wait: 'edits wait too long on all workers',
  batch: 'all workers are busy with more urgent edits',
  tenant: 'the tenant has more than its share under way',
};

/** Why a template is warm or cold, in words. Pure. */
export function explainTemplate(facts: TemplateFacts): Explanation {
  const { record, routes } = facts;
  if (routes.length === 0) {
    const text = 'cold: nobody has edited or primed it since it was added; its first edit computes its activations';
    return { warmth: 'cold', sentences: [text, ...pinWords(facts, 'cold'), ...adviceWords(facts.advice, facts, [])] };
  }
  const warmths = routes.map(routeWarmth);
  const warmth = together(warmths);
  const many = routes.length > 1;
  const sentences = routes.flatMap((route, at) => {
    const name = many ? `route ${at + 1} of ${routes.length}: ` : '';
    return [
      `${name}${routeWords(route, warmths[at] ?? 'unknown')}`,
      ...adviceWords(route.advice, facts, route.variants),
    ];
  });
  const pinned = record.isPinned || !routes.some(isPinnedInIndex) ? [] : ['pins: the index still pins a variant of it'];
  return { warmth, sentences: [...sentences, ...pinWords(facts, warmth), ...pinned] };
}

/** Words for a worker of the balancer's answer. */
export function standingWords({ leftOut, tier }: Standing): string {
  if (leftOut !== '') return leftOutWords[leftOut] ?? leftOut;
  return tier === 'none' ? 'would compute the activations' : `activations ${tierWords(tier)}`;
}

function routeWarmth({ variants }: RouteFacts): Warmth {
  if (variants.some(({ index }) => (index?.holders.length ?? 0) > 0)) return 'warm';
  if (variants.some(({ index }) => index?.leader !== undefined)) return 'priming';
  return variants.some(({ index }) => index === undefined) ? 'unknown' : 'cold';
}

function together(warmths: readonly Warmth[]): Warmth {
  const all = new Set(warmths);
  const [only] = all;
  if (all.size === 1 && only !== undefined) return only;
  if (all.has('warm')) return 'partly warm';
  return all.has('priming') ? 'priming' : 'unknown';
}

function routeWords({ variants }: RouteFacts, warmth: Warmth): string {
  const bytes = bytesText(variants.reduce((sum, each) => sum + each.bytes, 0));
  switch (warmth) {
    case 'warm': {
      const held = variants.flatMap(holderWords);
      return `warm: ${held.join('; ')}`;
    }
    case 'priming': {
      const leader = variants.flatMap(({ index }) => index?.leader ?? [])[0] ?? 'a worker';
      return `not yet warm: ${leader} computes its activations now (${bytes})`;
    }
    case 'cold':
      return variants.every(({ index }) => index?.isDeleted === true)
        ? 'cold: its activations were deleted less than a day ago, and for that day no worker offers them'
        : `cold: activations were made (${bytes}), but no worker that lives has them: they were evicted for others, or those workers are gone`;
    case 'unknown':
    case 'partly warm':
      return `unknown: activations were made (${bytes}), but nobody could be asked where they are`;
  }
}

function holderWords({ index }: VariantFacts): readonly string[] {
  return (index?.holders ?? []).map(
    ({ worker, tier, bytes }) => `${worker} holds it ${tierWords(tier)} (${bytesText(bytes)})`,
  );
}

function tierWords(tier: string): string {
  if (tier === 'peer') return 'at a peer';
  return tier === 'memory' ? 'in memory' : `on ${tier}`;
}

function pinWords({ record }: TemplateFacts, warmth: Warmth): readonly string[] {
  if (!record.isPinned) return [];
  return warmth === 'cold'
    ? ['pinned, but a pin only keeps what is there: prime it']
    : ['pinned: workers that have it do not evict it'];
}

function isPinnedInIndex({ variants }: RouteFacts): boolean {
  return variants.some(({ index }) => index?.isPinned === true);
}

function adviceWords(
  advice: Advice | undefined,
  { maskRatio }: TemplateFacts,
  variants: readonly VariantFacts[],
): readonly string[] {
  if (advice === undefined) return [];
  const edit = `an edit of ${percentText(maskRatio)} of it`;
  if (advice.worker === '') return [`${edit} would be refused now: ${refusedWords[advice.refused] ?? advice.refused}`];
  const standing = advice.standings.find(({ worker }) => worker === advice.worker);
  const how = standing === undefined ? '' : `: ${standingWords(standing)}, ${partsOf(standing)}`;
  // Of workers that are left out, the balancer does not say what they hold.
  const holders = variants.flatMap(({ index }) => index?.holders ?? []);
  const better = advice.standings
    .filter(({ leftOut }) => leftOut !== '')
    .flatMap((standing) => {
      const held = holders.find(({ worker }) => worker === standing.worker);
      return held === undefined
        ? []
        : [`${held.worker} has the activations ${tierWords(held.tier)}, but ${standingWords(standing)}`];
    });
  return [`${edit} would go to ${advice.worker} and take ${secondsText(advice.predictedMs)}${how}`, ...better];
}

function partsOf({ queueMs, computeMs, loadMs }: Standing): string {
  const parts = [`${secondsText(computeMs)} computing`];
  if (queueMs >= 5) parts.push(`${secondsText(queueMs)} with others`);
  if (loadMs >= 5) parts.push(`${secondsText(loadMs)} getting activations`);
  return parts.join(', ');
}
