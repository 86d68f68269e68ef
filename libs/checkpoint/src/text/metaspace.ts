import { z } from 'zod';
import { wordsOf } from './whitespace.ts';

const metaspaceSchema = z.object({
  type: z.literal('Metaspace'),
  replacement: z.string().min(1).max(2).default('▁'),
  prepend_scheme: z.enum(['always', 'first', 'never']).optional(),
  /** What older files have instead of `prepend_scheme`. */
  add_prefix_space: z.boolean().default(true),
  split: z.boolean().default(true),
});

const schema = z.union([
  metaspaceSchema,
  z.object({
    type: z.literal('Sequence'),
    pretokenizers: z.tuple([z.object({ type: z.literal('WhitespaceSplit') }), metaspaceSchema]),
  }),
]);

/** Cuts a text that is not empty into words; `isFirst` says that it begins where the prompt does. */
export type WordSplitter = (text: string, isFirst: boolean) => Iterable<string>;

/** SentencePiece's words: spaces become a visible mark, and every mark begins a word. */
export function wordSplitterOf(json: unknown): WordSplitter {
  const parsed = schema.parse(json);
  const splitsAtSpace = parsed.type === 'Sequence';
  const metaspace = parsed.type === 'Sequence' ? parsed.pretokenizers[1] : parsed;
  const mark = metaspace.replacement;
  const prepends = metaspace.prepend_scheme ?? (metaspace.add_prefix_space ? 'always' : 'never');
  return function* split(text, isFirst) {
    const parts = splitsAtSpace ? wordsOf(text) : [text];
    for (const [at, part] of parts.entries()) {
      const marked = part.replaceAll(' ', mark);
      const isPrepended = prepends === 'always' || (prepends === 'first' && isFirst && at === 0);
      const whole = isPrepended && !marked.startsWith(mark) ? mark + marked : marked;
      if (metaspace.split) yield* splitBefore(whole, mark);
      else yield whole;
    }
  };
}

function* splitBefore(text: string, mark: string): Generator<string, void> {
  for (let begin = 0; begin < text.length; ) {
    const next = text.indexOf(mark, begin + mark.length);
    const end = next < 0 ? text.length : next;
    yield text.slice(begin, end);
    begin = end;
  }
}
