import type { Quota } from '@instgenie/tenants';
import { Option } from 'commander';
import { wholeNumber } from '../flags.ts';
import { bytesText, countText } from '../format.ts';

/** Undefined: nothing was said. */
type Limit = number | 'none' | undefined;

export interface QuotaFlags {
  readonly tokenSteps?: Limit;
  readonly edits?: Limit;
  readonly activationMib?: Limit;
  readonly templates?: Limit;
}

const mib = 1024 ** 2;

export function quotaFlags(): readonly Option[] {
  return [
    new Option('--token-steps <n>', 'masked tokens times steps in each minute, or none').argParser(
      limit('token-steps', 1e12),
    ),
    new Option('--edits <n>', 'edits at one time, or none').argParser(limit('edits', 1e6)),
    new Option('--activation-mib <n>', 'activations of its templates, or none').argParser(limit('activation-mib', 1e9)),
    new Option('--templates <n>', 'templates, or none').argParser(limit('templates', 1e6)),
  ];
}

/** A quota with what the flags say of it. */
export function changedQuota(quota: Quota, { tokenSteps, edits, activationMib, templates }: QuotaFlags): Quota {
  const bytes = typeof activationMib === 'number' ? activationMib * mib : activationMib;
  const changed = {
    maskedTokenStepsPerMinute: chosen(quota.maskedTokenStepsPerMinute, tokenSteps),
    editsAtOnce: chosen(quota.editsAtOnce, edits),
    activationBytes: chosen(quota.activationBytes, bytes),
    templates: chosen(quota.templates, templates),
  };
  return Object.fromEntries(Object.entries(changed).filter(([, value]) => value !== undefined));
}

/** Names and values as people read them. */
export function quotaFacts(quota: Quota): readonly (readonly [name: string, value: string])[] {
  const { maskedTokenStepsPerMinute, editsAtOnce, activationBytes, templates } = quota;
  return [
    ['token-steps a minute', limitText(maskedTokenStepsPerMinute)],
    ['edits at once', limitText(editsAtOnce)],
    ['activations', activationBytes === undefined ? 'no limit' : bytesText(activationBytes)],
    ['templates', limitText(templates)],
  ];
}

function limit(field: string, most: number): (text: string) => number | 'none' {
  const number = wholeNumber(field, { least: 1, most });
  return (text) => (text === 'none' ? text : number(text));
}

function chosen(known: number | undefined, said: Limit): number | undefined {
  if (said === undefined) return known;
  return said === 'none' ? undefined : said;
}

function limitText(value: number | undefined): string {
  return value === undefined ? 'no limit' : countText(value);
}
