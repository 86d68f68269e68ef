import { wholeNumber } from '../flags.ts';

const readNumber = wholeNumber('seed', { least: 0, most: Number.MAX_SAFE_INTEGER });

/** A seed, or `template` for the template's own noise. Throws `invalid` for anything else. */
export function readSeed(text: string): number | 'template' {
  return text === 'template' ? text : readNumber(text);
}
