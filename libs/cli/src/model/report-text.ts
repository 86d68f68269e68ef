import { bytesText, countText } from '../format.ts';
import { factList, textTable } from '../table.ts';
import type { ModelReport } from './model-report.ts';

/** The report for people. */
export function reportText(report: ModelReport): string {
  return [facts(report), weightTable(report), activationTable(report)].join('\n\n');
}

function facts({ blocks, defaults, ...report }: ModelReport): string {
  const { steps, guidance, textRows, side } = defaults;
  const condition = report.conditionChannels > 0 ? ` and ${report.conditionChannels} of condition` : '';
  return factList([
    ['folder', report.folder],
    ['family', report.family],
    ['identity', report.identity],
    ['blocks', `${blocks.separate} double, ${blocks.joint} single, ${report.width} wide`],
    ['channels', `${report.latentChannels} of latents${condition} for each token`],
    ['parameters', countText(report.parameters)],
    ['weights', `${bytesText(report.weightBytes)} on disk, ${bytesText(report.mappedBytes)} mapped as float32`],
    ['graphs', `${report.graphs.length}`],
    ['defaults', `${steps} steps, guidance ${guidance}, ${textRows} text rows, ${side} x ${side} pixels`],
  ]);
}

function weightTable({ weights }: ModelReport): string {
  const columns = [
    { title: 'component', align: 'left' },
    { title: 'type', align: 'left' },
    { title: 'tensors' },
    { title: 'parameters' },
    { title: 'on disk' },
  ] as const;
  const rows = weights.map(({ component, type, tensors, parameters, bytes }) => [
    component,
    type,
    countText(tensors),
    countText(parameters),
    bytesText(bytes),
  ]);
  return textTable(columns, rows);
}

function activationTable({ activations, defaults, freeMemoryBytes, freeDiskBytes }: ModelReport): string {
  const columns = [
    { title: 'picture', align: 'left' },
    { title: 'tokens' },
    { title: 'kept', align: 'left' },
    { title: 'stored', align: 'left' },
    { title: 'one step' },
    { title: `${defaults.steps} steps` },
    { title: 'in memory' },
    { title: 'on disk' },
  ] as const;
  const rows = activations.map((size) => [
    `${size.side} x ${size.side}`,
    countText(size.tokens),
    size.kept,
    size.storage,
    bytesText(size.stepBytes),
    bytesText(size.templateBytes),
    countText(size.inMemory),
    countText(size.onDisk),
  ]);
  return [
    "A template's activations, and how many templates fit here:",
    textTable(columns, rows),
    `Free here: ${bytesText(freeMemoryBytes)} of memory (the weights are taken off first), ` +
      `${bytesText(freeDiskBytes)} of disk.`,
  ].join('\n');
}
