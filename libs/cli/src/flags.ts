import { ServiceError } from '@instgenie/domain';
import { Option } from 'commander';

export interface NumberRange {
  readonly least: number;
  readonly most: number;
  /** Whether `least` itself is refused. */
  readonly above?: boolean;
}

/** Parses a flag's whole number. Throws `invalid`, naming the flag and what would be right. */
export function wholeNumber(field: string, range: NumberRange): (text: string) => number {
  const expected = `a whole number from ${range.least} to ${range.most}`;
  return (text) => {
    const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
    return checked({ field, text, value, expected }, range);
  };
}

/** Parses a flag's number; the rest as for `wholeNumber`. */
export function decimalNumber(field: string, range: NumberRange): (text: string) => number {
  const from = range.above === true ? `above ${range.least}` : `from ${range.least}`;
  const expected = `a number ${from} to ${range.most}`;
  return (text) => {
    const value = /^-?(\d+\.?\d*|\.\d+)(e-?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
    return checked({ field, text, value, expected }, range);
  };
}

/** The flags of every command that runs a model. */
export function modelFlags(): readonly Option[] {
  return [
    new Option('--model <dir>', 'a diffusers folder (default: the bundled demo model, or $INSTGENIE_MODEL)'),
    new Option('--cache <dir>', 'where graphs and mapped weights are kept (default: instgenie/models in ~/.cache)'),
    new Option('--provider <name>', 'what runs the model').choices(['cpu', 'cuda']).default('cpu'),
    new Option('--threads <n>', 'threads of one kernel (default: all cores)').argParser(
      wholeNumber('threads', { least: 1, most: 1024 }),
    ),
  ];
}

/** The flags that say how a model is run, the same for edits and templates. */
export function runFlags(): readonly Option[] {
  return [
    new Option('--steps <n>', "denoising steps (default: the model's)").argParser(
      wholeNumber('steps', { least: 1, most: 1000 }),
    ),
    new Option('--guidance <x>', "guidance scale (default: the model's)").argParser(
      decimalNumber('guidance', { least: 0, most: 1000 }),
    ),
  ];
}

function checked(
  { field, text, value, expected }: { field: string; text: string; value: number; expected: string },
  { least, most, above = false }: NumberRange,
): number {
  const isInside = value >= least && value <= most && !(above && value === least);
  if (isInside) return value;
  throw new ServiceError('invalid', `${field}: expected ${expected}, got '${text}'`, { field });
}
