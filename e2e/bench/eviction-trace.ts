import type { Evictable, EvictionPolicy } from '@instgenie/store';

/** A template of a trace: what keeping it takes and saves, and how often it is edited. */
export interface TraceTemplate extends Evictable {
  /** Share of all edits. */
  readonly popularity: number;
}

/** Numbers in [0, 1), the same for the same seed. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

const tokens = [256, 1024, 1024, 1024, 4096] as const;
const keptShares = [1, 0.5, 0.25] as const;

/**
 * Templates with Zipf popularity (exponent 1). Their sizes and savings are those of pictures of several sizes, of which
 * every step, every 2nd or every 4th is kept, as computed or in 8 bits: saving follows the tokens computed, and bytes
 * follow how they are kept.
 */
export function zipfTemplates(count: number, random: () => number): readonly TraceTemplate[] {
  const pick = <Item>(items: readonly [Item, ...Item[]]): Item =>
    items[Math.floor(random() * items.length)] ?? items[0];
  const weights = Array.from({ length: count }, (_, rank) => 1 / (rank + 1));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight, rank) => {
    const size = pick(tokens);
    const bytesEach = pick([1, 1, 2, 4] as const);
    return {
      id: `template ${rank}`,
      popularity: weight / sum,
      bytes: size * pick(keptShares) * bytesEach * 50_000,
      savedMs: size * (0.8 + 0.4 * random()),
    };
  });
}

/** The same templates with the popularity of those `places` further up; the first ones get that of the last. */
export function drifted(templates: readonly TraceTemplate[], places: number): readonly TraceTemplate[] {
  return templates.map((template, rank) => {
    const from = templates[(rank - places + templates.length) % templates.length] ?? template;
    return { ...template, popularity: from.popularity };
  });
}

/** Draws the templates of edits by their popularity. */
export function* edits(
  templates: readonly TraceTemplate[],
  { count, random }: { readonly count: number; readonly random: () => number },
): Generator<TraceTemplate> {
  let sum = 0;
  const ends = templates.map(({ popularity }) => {
    sum += popularity;
    return sum;
  });
  for (let edit = 0; edit < count; edit++) {
    const at = random() * sum;
    let [low, high] = [0, ends.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((ends[middle] ?? 0) > at) high = middle;
      else low = middle + 1;
    }
    const found = templates[low];
    if (found !== undefined) yield found;
  }
}

/**
 * Milliseconds that a policy saves on a trace, of edits a second apart: those of every edit whose template is kept.
 * Every other edit's template is kept from then on, as far as the budget allows. The first `warmUp` are not counted.
 */
export function savedMs(
  policy: EvictionPolicy,
  trace: Iterable<TraceTemplate>,
  { bytesMax, warmUp }: { readonly bytesMax: number; readonly warmUp: number },
): number {
  const kept = new Map<string, number>();
  let [used, saved, nowMs] = [0, 0, 0];
  for (const template of trace) {
    nowMs += 1_000;
    const { id, bytes } = template;
    if (kept.has(id)) {
      policy.use(id, nowMs);
      if (nowMs > warmUp * 1_000) saved += template.savedMs;
      continue;
    }
    while (used + bytes > bytesMax) {
      const victim = policy.victim(() => true, nowMs);
      if (victim === undefined) break;
      policy.remove(victim);
      used -= kept.get(victim) ?? 0;
      kept.delete(victim);
    }
    if (used + bytes > bytesMax) continue;
    kept.set(id, bytes);
    used += bytes;
    policy.add(template, nowMs);
    policy.use(id, nowMs);
  }
  return saved;
}

/** What the best fixed choice saves at each edit, on average, with parts of templates allowed: the fractional knapsack. */
export function optimumMs(templates: readonly TraceTemplate[], bytesMax: number): number {
  const worth = ({ popularity, savedMs: ms, bytes }: TraceTemplate) => (popularity * ms) / bytes;
  let [left, saved] = [bytesMax, 0];
  for (const template of templates.toSorted((a, b) => worth(b) - worth(a))) {
    const share = Math.min(left / template.bytes, 1);
    saved += share * template.popularity * template.savedMs;
    left -= share * template.bytes;
  }
  return saved;
}
