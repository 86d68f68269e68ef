import { join } from 'node:path';
import { Tokenizer } from '@huggingface/tokenizers';
import { ServiceError } from '@instgenie/domain';
import { z } from 'zod';
import { hasFile, isRecord, readJson, readSmallFile } from '../json-file.ts';
import { addedTokensSchema } from './added-tokens.ts';
import { asOriginal, clipTokenizerJson } from './clip-json.ts';
import { checkedPrompt } from './prompt.ts';
import { readSpecialTokens, type SpecialTokens } from './special-tokens.ts';
import { isTokenId, tokenizerBytesMax, unsupportedTokenizer } from './tokenizer-files.ts';

const vocabSchema = z.custom<Readonly<Record<string, number>>>(
  (json) => isRecord(json) && Object.values(json).every(isTokenId),
  'expected an object of ids',
);
const tokenizerSchema = z.looseObject({
  added_tokens: addedTokensSchema,
  model: z.looseObject({ type: z.literal('BPE'), vocab: vocabSchema, merges: z.array(z.unknown()) }),
});

/** The part of the library's class that is used; its own types do not resolve from ES modules. */
interface BpeTokenizer {
  encode(text: string, options: { readonly add_special_tokens: boolean }): { readonly ids: readonly number[] };
  token_to_id(token: string): number | undefined;
}

/** CLIP's byte-level BPE, lower-cased. */
export class ClipTokenizer {
  readonly #tokenizer: BpeTokenizer;
  readonly #bosId: number;
  readonly #eosId: number;
  readonly #padId: number;
  /** How many ids `encode` gives: 77 in published models. */
  readonly maxTokens: number;
  /** One more than the highest id that `encode` gives. */
  readonly vocabulary: number;

  /** `json` is a tokenizer.json. Throws if it is not CLIP's. */
  constructor(json: unknown, { names, maxTokens }: { readonly names: ClipNames; readonly maxTokens: number }) {
    const parsed = tokenizerSchema.parse(json);
    const { added_tokens: added, model } = parsed;
    this.#tokenizer = new Tokenizer(asOriginal(parsed), {});
    this.#bosId = this.#idOf(names.bos);
    this.#eosId = this.#idOf(names.eos);
    this.#padId = this.#idOf(names.pad);
    this.maxTokens = maxTokens;
    let highest = 0;
    for (const id of [...Object.values(model.vocab), ...added.map(({ id }) => id)]) highest = Math.max(highest, id);
    this.vocabulary = highest + 1;
  }

  /**
   * Exactly `maxTokens` ids: begin of text, those of the prompt, end of text, then padding; a long prompt is cut so
   * that end of text stays last. Any text is allowed; the name of a special token in it becomes that token.
   * Throws `invalid` for more than 32,000 characters.
   */
  encode(prompt: string): Int32Array {
    const { ids } = this.#tokenizer.encode(checkedPrompt(prompt), { add_special_tokens: false });
    const kept = ids.slice(0, this.maxTokens - 2);
    const result = new Int32Array(this.maxTokens).fill(this.#padId);
    result.set([this.#bosId, ...kept, this.#eosId]);
    return result;
  }

  #idOf(token: string): number {
    const id = this.#tokenizer.token_to_id(token);
    if (id === undefined) throw new RangeError(`the vocabulary has no ${token}`);
    return id;
  }
}

/** What the special tokens of a vocabulary are called. */
export interface ClipNames {
  readonly bos: string;
  readonly eos: string;
  readonly pad: string;
}

/**
 * Opens a `tokenizer` folder: tokenizer.json, or vocab.json and merges.txt where there is none. `positions` is what
 * the text encoder takes at most, in tokens. Throws `not-found`, `invalid` or `unsupported`, naming the file.
 */
export async function openClipTokenizer(folder: string, positions = 77): Promise<ClipTokenizer> {
  const special = await readSpecialTokens(folder);
  const names = namesOf(special);
  const maxTokens = Math.min(positions, special.maxTokens ?? positions);
  if (!Number.isInteger(maxTokens) || maxTokens < 2) {
    const path = join(folder, 'tokenizer_config.json');
    throw new ServiceError('invalid', `${path}: model_max_length: expected 2 or more, found ${maxTokens}`);
  }
  const fast = join(folder, 'tokenizer.json');
  const isFast = await hasFile(fast);
  const path = isFast ? fast : join(folder, 'vocab.json');
  const json = isFast ? await readJson(fast, tokenizerBytesMax) : await readSlow(folder, names);
  try {
    return new ClipTokenizer(json, { names, maxTokens });
  } catch (thrown) {
    throw unsupportedTokenizer(path, thrown);
  }
}

async function readSlow(folder: string, names: ClipNames): Promise<unknown> {
  const path = join(folder, 'vocab.json');
  const vocab = vocabSchema.safeParse(await readJson(path, tokenizerBytesMax));
  if (!vocab.success) throw unsupportedTokenizer(path, vocab.error);
  const merges = (await readSmallFile(join(folder, 'merges.txt'), tokenizerBytesMax)).toString('utf8');
  return clipTokenizerJson(vocab.data, { merges, specials: [names.bos, names.eos] });
}

function namesOf({ bos, eos, pad }: SpecialTokens): ClipNames {
  const end = eos ?? '<|endoftext|>';
  return { bos: bos ?? '<|startoftext|>', eos: end, pad: pad ?? end };
}
