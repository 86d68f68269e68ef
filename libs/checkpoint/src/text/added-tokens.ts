import { z } from 'zod';
import { tokenId } from './tokenizer-files.ts';
import { trimmedEnd, trimmedStart } from './whitespace.ts';

/** A token that is found in the text itself, before any piece. */
export interface AddedToken {
  readonly id: number;
  readonly content: string;
  /** Whether it is found in the normalised text instead of the given one. */
  readonly normalized: boolean;
  /** Whether it takes the white space before (left) or after (right) it along. */
  readonly lstrip: boolean;
  readonly rstrip: boolean;
}

const addedTokenSchema = z.object({
  id: tokenId,
  content: z.string().min(1),
  normalized: z.boolean().default(true),
  lstrip: z.boolean().default(false),
  rstrip: z.boolean().default(false),
  single_word: z.literal(false).default(false),
});

/** The `added_tokens` of a tokenizer.json. A list that is too long is refused as a whole, not item by item. */
export const addedTokensSchema = z.array(z.unknown()).max(10_000).pipe(z.array(addedTokenSchema));

/** Finds added tokens: the leftmost, of these the longest. */
export class TokenFinder {
  readonly #byContent: ReadonlyMap<string, AddedToken>;
  readonly #pattern: RegExp;

  constructor(tokens: readonly AddedToken[]) {
    this.#byContent = new Map(tokens.map((token) => [token.content, token]));
    const longestFirst = [...this.#byContent.keys()].toSorted((a, b) => b.length - a.length);
    // Without tokens the pattern must match nowhere.
    this.#pattern = new RegExp(longestFirst.map(escaped).join('|') || '(?!)', 'gu');
  }

  /** The text as ids of added tokens and the parts between them, none of them empty. */
  split(text: string): readonly (string | number)[] {
    const parts: (string | number)[] = [];
    let [at, isTrimming] = [0, false];
    const pushText = (part: string): void => {
      const kept = isTrimming ? trimmedStart(part) : part;
      if (kept !== '') parts.push(kept);
    };
    for (const { 0: content, index } of text.matchAll(this.#pattern)) {
      const token = this.#byContent.get(content);
      if (token === undefined) continue;
      pushText(token.lstrip ? trimmedEnd(text.slice(at, index)) : text.slice(at, index));
      parts.push(token.id);
      [at, isTrimming] = [index + content.length, token.rstrip];
    }
    pushText(text.slice(at));
    return parts;
  }
}

function escaped(content: string): string {
  return content.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);
}
