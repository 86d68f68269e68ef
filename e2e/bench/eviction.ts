import { LruPolicy, ValuePolicy } from '@instgenie/store';
import { drifted, edits, optimumMs, savedMs, seeded, type TraceTemplate, zipfTemplates } from './eviction-trace.ts';
import { type BenchContext, type BenchResult, row } from './rows.ts';

const templatesCount = 970;
const budgetShare = 0.1;
const phases = 10;

/** What is saved by value and by last use, on a trace as long as a day of edits, against the best fixed choice. */
export function benchEviction({ isQuick, say }: BenchContext): Promise<BenchResult> {
  const count = isQuick ? 60_000 : 400_000;
  const warmUp = count / 4;
  const templates = zipfTemplates(templatesCount, seeded(7));
  const bytesMax = budgetShare * templates.reduce((sum, { bytes }) => sum + bytes, 0);
  say(`${count} edits of ${templatesCount} templates, budget ${budgetShare} of their bytes`);
  const run = (policy: LruPolicy | ValuePolicy) =>
    savedMs(policy, edits(templates, { count, random: seeded(11) }), { bytesMax, warmUp });
  const [lru, value] = [run(new LruPolicy()), run(new ValuePolicy())];
  const optimum = optimumMs(templates, bytesMax) * (count - warmUp);
  const drift = (policy: LruPolicy | ValuePolicy) =>
    savedMs(policy, driftingEdits(templates, count), { bytesMax, warmUp });
  const [driftLru, driftValue] = [drift(new LruPolicy()), drift(new ValuePolicy())];
  let driftOptimum = 0;
  for (let phase = 0; phase < phases; phase++) {
    const [from, to] = [Math.max((phase * count) / phases, warmUp), ((phase + 1) * count) / phases];
    if (to > from) driftOptimum += (to - from) * optimumMs(inPhase(templates, phase), bytesMax);
  }
  return Promise.resolve({
    rows: [
      row('eviction.saved.value_over_lru', value / lru, { unit: 'ratio', atLeast: 1.1 }),
      row('eviction.saved.value_over_optimum', value / optimum, { unit: 'ratio', atLeast: 0.9 }),
      row('eviction.saved.lru_over_optimum', lru / optimum, { unit: 'ratio' }),
      row('eviction.drift.saved.value_over_lru', driftValue / driftLru, { unit: 'ratio' }),
      row('eviction.drift.saved.value_over_optimum', driftValue / driftOptimum, { unit: 'ratio' }),
      row('eviction.optimum.share', optimum / (count - warmUp) / everythingMs(templates), { unit: 'ratio' }),
    ],
  });
}

/** Edits whose templates change popularity ten times: at each, all move up a tenth of the ranks, and the first go last. */
function* driftingEdits(templates: readonly TraceTemplate[], count: number): Generator<TraceTemplate> {
  const random = seeded(11);
  for (let phase = 0; phase < phases; phase++) {
    yield* edits(inPhase(templates, phase), { count: count / phases, random });
  }
}

function inPhase(templates: readonly TraceTemplate[], phase: number): readonly TraceTemplate[] {
  return drifted(templates, (phase * templates.length) / phases);
}

/** What each edit would save on average if every template were kept. */
function everythingMs(templates: readonly { readonly popularity: number; readonly savedMs: number }[]): number {
  return templates.reduce((sum, { popularity, savedMs: ms }) => sum + popularity * ms, 0);
}
