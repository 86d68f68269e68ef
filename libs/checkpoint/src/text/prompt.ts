import { ServiceError } from '@instgenie/domain';

/** Longest prompt in characters (code points). */
export const promptCharsMax = 32_000;

/**
 * The prompt as tokenizers may see it: lone surrogates, which no UTF-8 has, become U+FFFD.
 * Throws `invalid` for a longer one than 32,000 characters.
 */
export function checkedPrompt(prompt: string): string {
  if (prompt.length > promptCharsMax && (prompt.length > 2 * promptCharsMax || charsOf(prompt) > promptCharsMax)) {
    throw new ServiceError('invalid', `prompt: expected at most ${promptCharsMax} characters, found more`, {
      field: 'prompt',
    });
  }
  return prompt.toWellFormed();
}

function charsOf(text: string): number {
  let chars = 0;
  for (let at = 0; at < text.length; chars++) at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
  return chars;
}
