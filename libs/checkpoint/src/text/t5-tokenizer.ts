import { join } from 'node:path';
import { ServiceError } from '@instgenie/domain';
import { z } from 'zod';
import { readJson } from '../json-file.ts';
import { type AddedToken, addedTokensSchema, TokenFinder } from './added-tokens.ts';
import { type WordSplitter, wordSplitterOf } from './metaspace.ts';
import { type Normalizer, normalizerOf } from './normalizer.ts';
import { checkedPrompt } from './prompt.ts';
import { readSpecialTokens, type SpecialTokens } from './special-tokens.ts';
import { tokenizerBytesMax, unsupportedTokenizer } from './tokenizer-files.ts';
import { Unigram } from './unigram.ts';

/** Far above the 512 that FLUX was trained with. */
const tokensMax = 4096;
const publishedTokens = 512;

function isScored(json: unknown): boolean {
  if (!Array.isArray(json) || json.length === 0) return false;
  return json.every((entry: unknown) => {
    if (!Array.isArray(entry) || entry.length !== 2) return false;
    return typeof entry[0] === 'string' && typeof entry[1] === 'number';
  });
}

const tokenizerSchema = z.object({
  added_tokens: addedTokensSchema.default([]),
  normalizer: z.unknown().optional(),
  pre_tokenizer: z.unknown().optional(),
  model: z.object({
    type: z.literal('Unigram'),
    unk_id: z.int().min(0),
    vocab: z.custom<readonly (readonly [string, number])[]>(isScored, 'expected a list of pieces and scores'),
    byte_fallback: z.literal(false).default(false),
  }),
});

/**
 * T5's tokenizer, as the `tokenizers` library runs a tokenizer.json of this model. Our own, since the JavaScript library
 * replaces the file's character map by rules of its own, and because it must stop early: words are cut one by
 * one, and only as many as the wanted tokens need.
 */
export class T5Tokenizer {
  readonly #raw: TokenFinder;
  readonly #normalized: TokenFinder;
  readonly #normalize: Normalizer;
  readonly #words: WordSplitter;
  readonly #unigram: Unigram;
  readonly #eosId: number;
  readonly #padId: number;
  /** One more than the highest id that `encode` gives. */
  readonly vocabulary: number;
  /** The length that the model was made for, in tokens: 512 in published models. */
  readonly maxTokens: number;

  /** `json` is a tokenizer.json. Throws what its schemas throw if it is none of this model. */
  constructor(json: unknown, special: Partial<SpecialTokens> = {}) {
    const { added_tokens: added, normalizer, pre_tokenizer, model } = tokenizerSchema.parse(json);
    const ids = new Map(model.vocab.map(([piece], id) => [piece, id]));
    for (const { content, id } of added) ids.set(content, id);
    this.#raw = new TokenFinder(added.filter((token) => !token.normalized));
    this.#normalize = normalizerOf(normalizer);
    this.#normalized = new TokenFinder(added.filter((token) => token.normalized).map(this.#withNormalContent));
    this.#words = wordSplitterOf(pre_tokenizer);
    this.#unigram = new Unigram(model.vocab, model.unk_id);
    this.#eosId = idOf(special.eos ?? '</s>', ids);
    this.#padId = idOf(special.pad ?? '<pad>', ids);
    this.maxTokens = Math.min(special.maxTokens ?? publishedTokens, tokensMax);
    this.vocabulary = 1 + Math.max(model.unk_id, model.vocab.length - 1, ...added.map(({ id }) => id));
  }

  /**
   * Exactly `maxTokens` ids: those of the prompt, cut so that `</s>` still fits, then `</s>`, then padding (0).
   * Any text is allowed; the names of added tokens in it become those tokens, as in the original.
   * Throws `invalid` for more than 32,000 characters.
   */
  encode(prompt: string, maxTokens: number): Int32Array {
    if (!Number.isInteger(maxTokens) || maxTokens < 1 || maxTokens > tokensMax) {
      throw new ServiceError('invalid', `maxTokens: expected 1 to ${tokensMax}, found ${maxTokens}`);
    }
    const ids = new Int32Array(maxTokens).fill(this.#padId);
    let count = 0;
    for (const id of this.#idsOf(checkedPrompt(prompt))) {
      if (count === maxTokens - 1) break;
      ids[count++] = id;
    }
    ids[count] = this.#eosId;
    return ids;
  }

  *#idsOf(text: string): Generator<number, void> {
    for (const [at, part] of this.#raw.split(text).entries()) {
      if (typeof part === 'number') {
        yield part;
        continue;
      }
      for (const [inner, section] of this.#normalized.split(this.#normalize(part)).entries()) {
        if (typeof section === 'number') yield section;
        else for (const word of this.#words(section, at + inner === 0)) yield* this.#unigram.encode(word);
      }
    }
  }

  readonly #withNormalContent = (token: AddedToken): AddedToken => ({
    ...token,
    content: this.#normalize(token.content),
  });
}

function idOf(token: string, ids: ReadonlyMap<string, number>): number {
  const id = ids.get(token);
  if (id === undefined) throw new RangeError(`the vocabulary has no ${token}`);
  return id;
}

/**
 * Opens a `tokenizer_2` folder. Throws `not-found` without a tokenizer.json (the binary spiece.model is not read), and
 * `unsupported` if it is not T5's; both name the file.
 */
export async function openT5Tokenizer(folder: string): Promise<T5Tokenizer> {
  const path = join(folder, 'tokenizer.json');
  const json = await readJson(path, tokenizerBytesMax);
  const special = await readSpecialTokens(folder);
  try {
    return new T5Tokenizer(json, special);
  } catch (thrown) {
    throw unsupportedTokenizer(path, thrown);
  }
}
