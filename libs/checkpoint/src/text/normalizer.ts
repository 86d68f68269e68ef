import { z } from 'zod';
import { CharsMap } from './charsmap.ts';
import { trimmedEnd, trimmedStart } from './whitespace.ts';

/** Changes a text before it is cut into pieces. */
export type Normalizer = (text: string) => string;

const unicodeForms = ['NFC', 'NFD', 'NFKC', 'NFKD'] as const;

const patternSchema = z.union([z.strictObject({ String: z.string().min(1) }), z.strictObject({ Regex: z.string() })]);

const stepSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('Sequence'), normalizers: z.array(z.unknown()) }),
  z.object({ type: z.literal('Precompiled'), precompiled_charsmap: z.string().nullish() }),
  z.object({ type: z.literal('Strip'), strip_left: z.boolean(), strip_right: z.boolean() }),
  z.object({ type: z.literal('Replace'), pattern: patternSchema, content: z.string() }),
  z.object({ type: z.literal('Prepend'), prepend: z.string() }),
  z.object({ type: z.literal('Lowercase') }),
  z.object({ type: z.enum(unicodeForms) }),
]);

interface Replacement {
  readonly pattern: z.output<typeof patternSchema>;
  readonly content: string;
}

/** The normaliser that a tokenizer.json describes. Throws what its schema throws, and RangeError for a false charsmap. */
export function normalizerOf(json: unknown): Normalizer {
  if (json === null || json === undefined) return (text) => text;
  const step = stepSchema.parse(json);
  switch (step.type) {
    case 'Sequence':
      return sequence(step.normalizers.map(normalizerOf));
    case 'Precompiled':
      return precompiled(step.precompiled_charsmap ?? '');
    case 'Strip':
      return sequence([...(step.strip_left ? [trimmedStart] : []), ...(step.strip_right ? [trimmedEnd] : [])]);
    case 'Replace':
      return replacing(step);
    case 'Prepend':
      return (text) => (text === '' ? text : step.prepend + text);
    case 'Lowercase':
      return lowercase;
    case 'NFC':
    case 'NFD':
    case 'NFKC':
    case 'NFKD':
      return (text) => text.normalize(step.type);
  }
}

function sequence(steps: readonly Normalizer[]): Normalizer {
  return (text) => steps.reduce((result, step) => step(result), text);
}

/** Classes such as \s mean other characters in the original's regular expressions, so they are refused. */
function replacing({ pattern, content }: Replacement): Normalizer {
  if ('String' in pattern) return (text) => text.replaceAll(pattern.String, () => content);
  if (/\\[A-Za-z]/.test(pattern.Regex)) throw new RangeError(`unsupported pattern ${pattern.Regex}`);
  const regex = new RegExp(pattern.Regex, 'gu');
  return (text) => text.replaceAll(regex, () => content);
}

function precompiled(base64: string): Normalizer {
  if (base64 === '') return (text) => text;
  const map = new CharsMap(Buffer.from(base64, 'base64'));
  return (text) => map.normalize(text);
}

/** Character by character: JavaScript would write a sigma at a word's end differently. */
function lowercase(text: string): string {
  return text.replaceAll('Σ', 'σ').toLowerCase();
}
