import { ServiceError } from '@instgenie/domain';
import { z } from 'zod';

/** Published vocabularies are some megabytes. */
export const tokenizerBytesMax = 32 * 1024 * 1024;

const idMax = 10_000_000;
export const tokenId = z.int().min(0).max(idMax);

/** Whether a value can be an id. For vocabularies, which are too long for a schema of each entry. */
export function isTokenId(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= idMax;
}

/** Files of a tokenizer folder that decide what ids a prompt gets. */
export const tokenizerFiles = [
  'merges.txt',
  'special_tokens_map.json',
  'tokenizer.json',
  'tokenizer_config.json',
  'vocab.json',
] as const;

/** The error for a vocabulary that is not what was expected; names the file and what is wrong in it. */
export function unsupportedTokenizer(path: string, thrown: unknown): ServiceError {
  return new ServiceError('unsupported', `${path}: ${whyOf(thrown)}`, { cause: thrown });
}

function whyOf(thrown: unknown): string {
  if (thrown instanceof z.ZodError) {
    const [issue] = thrown.issues;
    return issue === undefined ? 'not understood' : `${issue.path.join('.') || 'the whole'}: ${issue.message}`;
  }
  return thrown instanceof Error ? thrown.message : String(thrown);
}
