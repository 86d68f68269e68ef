import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TemplateRecord } from '@instgenie/templates';
import { explainTemplate, type Warmth } from './explain-template.ts';
import type { Advice, RouteFacts, TemplateFacts, Whereabouts } from './template-facts.ts';

const record = { isPinned: false } as TemplateRecord;
const nowhere: Whereabouts = { holders: [], isPinned: false, isDeleted: false, leader: undefined };
const at = (worker: string, tier: 'memory' | 'disk'): Whereabouts => ({
  ...nowhere,
  holders: [{ worker, tier, bytes: 4e9 }],
});
const route = (index: Whereabouts | undefined, advice?: Advice): RouteFacts => ({
  route: 'r',
  variants: [{ key: 'v', bytes: 4e9, index }],
  advice,
});
const idle = { queueMs: 0, computeMs: 900, loadMs: 0, predictedMs: 900, leftOut: '' };
const toA: Advice = {
  worker: 'a',
  predictedMs: 900,
  refused: '',
  standings: [
    { ...idle, worker: 'a', tier: 'peer', loadMs: 40 },
    { ...idle, worker: 'b', tier: '', leftOut: 'cordoned' },
    { ...idle, worker: 'c', tier: 'none' },
  ],
};
const nobody: Advice = { worker: '', predictedMs: 0, refused: 'unserved', standings: [] };

const rows: readonly {
  readonly name: string;
  readonly facts: Partial<TemplateFacts>;
  readonly warmth: Warmth;
  readonly says: readonly RegExp[];
}[] = [
  {
    name: 'a template that nobody has edited is cold, and who would compute it is said',
    facts: { advice: { ...toA, worker: 'c' } },
    warmth: 'cold',
    says: [/^cold: nobody has edited/, /would go to c and take 0\.90 s: would compute the activations/],
  },
  {
    name: 'one that a worker holds is warm there, and edits go elsewhere only with a reason',
    facts: { routes: [route(at('b', 'memory'), toA)] },
    warmth: 'warm',
    says: [
      /^warm: b holds it in memory \(4\.0 GB\)$/,
      /^an edit of 11\.0 % of it would go to a .*activations at a peer, 0\.90 s computing, 0\.04 s getting activations$/,
      /^b has the activations in memory, but is cordoned$/,
    ],
  },
  {
    name: 'what was made and is nowhere was evicted',
    facts: { routes: [route(nowhere)] },
    warmth: 'cold',
    says: [/^cold: activations were made \(4\.0 GB\), but no worker/],
  },
  {
    name: 'what was deleted is said to be',
    facts: { routes: [route({ ...nowhere, isDeleted: true })] },
    warmth: 'cold',
    says: [/^cold: its activations were deleted/],
  },
  {
    name: 'what is computed now will be warm',
    facts: { routes: [route({ ...nowhere, leader: 'a' })] },
    warmth: 'priming',
    says: [/^not yet warm: a computes/],
  },
  {
    name: 'without an index nobody knows',
    facts: { routes: [route(undefined)] },
    warmth: 'unknown',
    says: [/^unknown: activations were made/],
  },
  {
    name: 'windows of one picture may differ',
    facts: { routes: [route(at('a', 'disk')), route(nowhere)] },
    warmth: 'partly warm',
    says: [/^route 1 of 2: warm: a holds it on disk/, /^route 2 of 2: cold/],
  },
  {
    name: 'a pin does not make what is not there',
    facts: { record: { ...record, isPinned: true }, routes: [route(nowhere)] },
    warmth: 'cold',
    says: [/^cold/, /^pinned, but a pin only keeps what is there: prime it$/],
  },
  {
    name: 'a pin that the index remembers and the record does not is said',
    facts: { routes: [route({ ...at('a', 'memory'), isPinned: true })] },
    warmth: 'warm',
    says: [/^warm/, /^pins: the index still pins/],
  },
  {
    name: 'an edit that would be refused is said to be, and why',
    facts: { routes: [route(at('a', 'memory'), nobody)] },
    warmth: 'warm',
    says: [/^warm/, /would be refused now: no worker serves this model now$/],
  },
];

for (const { name, facts, warmth, says } of rows) {
  test(name, () => {
    const explained = explainTemplate({ record, maskRatio: 0.11, routes: [], advice: undefined, ...facts });
    assert.equal(explained.warmth, warmth);
    assert.equal(explained.sentences.length, says.length, explained.sentences.join('\n'));
    for (const [at, pattern] of says.entries()) assert.match(explained.sentences[at] ?? '', pattern);
  });
}
