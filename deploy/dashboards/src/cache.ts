import type { DashboardSpec } from './dashboards.ts';
import { bars, lines } from './panels.ts';
import { perSecond, perSecondOfModel, total } from './promql.ts';

const chunks = 'instgenie_cache_chunks_total';
const edits = 'instgenie_gateway_edits_total';

export const cache: DashboardSpec = {
  name: 'cache',
  title: 'Cache and tiers',
  about: 'Do edits find their templates’ activations, how near, and what makes room for what?',
  panels: [
    lines({
      title: 'Edits by cache outcome',
      about:
        'hit: all activations were there; partial: some; miss: the template ran for the first time; dense: none used.',
      unit: 'reqps',
      stacked: true,
      queries: [{ expr: perSecondOfModel(edits, { by: ['cache'], where: ['code="ok"'] }), legend: '{{cache}}' }],
    }),
    lines({
      title: 'Chunks by tier',
      about: 'Where chunks of activations were found. missed are computed anew.',
      unit: 'cps',
      stacked: true,
      queries: [{ expr: perSecond(chunks, { by: ['tier'] }), legend: '{{tier}}' }],
    }),
    lines({
      title: 'Hit rate',
      about: 'Chunks that were found, and found in memory, of all.',
      unit: 'percentunit',
      queries: [
        {
          expr: `${perSecond(chunks, { where: ['tier!="missed"'] })} / ${perSecond(chunks)}`,
          legend: 'anywhere',
        },
        {
          expr: `${perSecond(chunks, { where: ['tier="memory"'] })} / ${perSecond(chunks)}`,
          legend: 'in memory',
        },
      ],
    }),
    bars({
      title: 'How full tiers are',
      about: 'Of what each worker may hold. Memory is full in use; a disk above 95 % does not make room fast enough.',
      unit: 'percentunit',
      queries: [
        {
          expr: 'sum by (instance, tier) (instgenie_cache_bytes) / sum by (instance, tier) (instgenie_cache_bytes_max)',
          legend: '{{instance}} {{tier}}',
        },
      ],
    }),
    lines({
      title: 'Bytes held',
      about: 'On all workers.',
      unit: 'bytes',
      queries: [{ expr: total('instgenie_cache_bytes', { by: ['tier'] }), legend: '{{tier}}' }],
    }),
    lines({
      title: 'Variants on disk',
      about: 'Activations of a template for one kind of engine.',
      unit: 'none',
      queries: [{ expr: total('instgenie_cache_variants', { by: ['instance'] }), legend: '{{instance}}' }],
    }),
    lines({
      title: 'Evictions',
      about: 'Steps (memory) and variants (disk) that made room. Much on disk with many misses: too little disk.',
      unit: 'cps',
      queries: [{ expr: perSecond('instgenie_cache_evictions_total', { by: ['tier'] }), legend: '{{tier}}' }],
    }),
    lines({
      title: 'Faults',
      about:
        'damaged and quarantined: bytes were not as written; late: a read took too long; write_failed: the disk. Each costs time and no picture.',
      unit: 'cps',
      queries: [{ expr: perSecond('instgenie_cache_faults_total', { by: ['kind'] }), legend: '{{kind}}' }],
    }),
    lines({
      title: 'Read',
      about: 'Activations that workers read, whatever the tier.',
      unit: 'Bps',
      queries: [{ expr: perSecond('instgenie_cache_read_bytes_total', { by: ['instance'] }), legend: '{{instance}}' }],
    }),
    lines({
      title: 'Lent to peers',
      about: 'Chunks that workers gave each other.',
      unit: 'cps',
      queries: [{ expr: perSecond('instgenie_cache_chunks_lent_total', { by: ['instance'] }), legend: '{{instance}}' }],
    }),
    lines({
      title: 'Blocks computed instead',
      about: 'Blocks whose activations were damaged or late.',
      unit: 'cps',
      queries: [
        { expr: perSecondOfModel('instgenie_cache_blocks_recomputed_total', { by: ['model'] }), legend: '{{model}}' },
      ],
    }),
  ],
};
