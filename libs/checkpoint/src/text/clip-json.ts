import { isRecord } from '../json-file.ts';

/** Merges that the slow class keeps: what is left of 49,152 ids without 256 bytes, their 256 word ends and 2 specials. */
const mergesMax = 49152 - 256 - 2;

/** Where CLIP cuts words. */
const clipWords = String.raw`'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+`;
/** What the byte-level step cuts at, in the words of the original's regular expressions. */
const byteLevelWords = String.raw`'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`;

/**
 * The tokenizer.json of CLIP for a folder that has only vocab.json and merges.txt, as published FLUX folders do.
 * `specials` are the names of the tokens that begin and end a prompt.
 */
export function clipTokenizerJson(
  vocab: Readonly<Record<string, number>>,
  { merges, specials }: { readonly merges: string; readonly specials: readonly string[] },
): object {
  const lines = merges.split('\n').map((line) => line.trimEnd());
  const body = lines[0]?.startsWith('#version') ? lines.slice(1) : lines;
  return {
    added_tokens: specials.map((content) => ({ id: vocab[content], content, normalized: true, special: true })),
    normalizer: {
      type: 'Sequence',
      normalizers: [
        { type: 'NFC' },
        { type: 'Replace', pattern: { Regex: String.raw`\s+` }, content: ' ' },
        { type: 'Lowercase' },
      ],
    },
    pre_tokenizer: {
      type: 'Sequence',
      pretokenizers: [
        { type: 'Split', pattern: { Regex: clipWords }, behavior: 'Removed', invert: true },
        { type: 'ByteLevel', add_prefix_space: false, use_regex: true },
      ],
    },
    post_processor: null,
    decoder: null,
    model: {
      type: 'BPE',
      vocab,
      merges: body
        .filter((line) => line !== '')
        .slice(0, mergesMax)
        .map((line) => line.split(' ')),
      unk_token: specials.at(-1),
      end_of_word_suffix: '</w>',
    },
  };
}

/**
 * A tokenizer.json rewritten so that the JavaScript library agrees with the original where they differ:
 * - lowercase: JavaScript writes a sigma at a word's end differently from elsewhere;
 * - the byte-level step: in JavaScript's regular expressions U+FEFF counts as white space.
 */
export function asOriginal(json: Readonly<Record<string, unknown>>): object {
  return { ...json, normalizer: rewritten(json['normalizer']), pre_tokenizer: rewritten(json['pre_tokenizer']) };
}

function rewritten(step: unknown): unknown {
  if (!isRecord(step)) return step;
  if (Array.isArray(step['normalizers'])) return { ...step, normalizers: step['normalizers'].map(rewritten) };
  if (Array.isArray(step['pretokenizers'])) return { ...step, pretokenizers: step['pretokenizers'].map(rewritten) };
  if (step['type'] === 'Lowercase') {
    const sigma = { type: 'Replace', pattern: { String: 'Σ' }, content: 'σ' };
    return { type: 'Sequence', normalizers: [sigma, step] };
  }
  if (step['type'] === 'ByteLevel' && step['use_regex'] !== false && step['add_prefix_space'] === false) {
    const split = { type: 'Split', pattern: { Regex: byteLevelWords }, behavior: 'Removed', invert: true };
    return { type: 'Sequence', pretokenizers: [split, { ...step, use_regex: false }] };
  }
  return step;
}
