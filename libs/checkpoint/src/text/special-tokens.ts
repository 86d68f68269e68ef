import { join } from 'node:path';
import { hasFile, isRecord, readJson } from '../json-file.ts';

/** What the small files beside a vocabulary say. */
export interface SpecialTokens {
  readonly bos: string | undefined;
  readonly eos: string | undefined;
  readonly pad: string | undefined;
  /** The tokenizer's own limit in tokens, where it has one. */
  readonly maxTokens: number | undefined;
}

/** Reads tokenizer_config.json and special_tokens_map.json; either may be missing, the first wins. */
export async function readSpecialTokens(folder: string): Promise<SpecialTokens> {
  const config = await readIfPresent(join(folder, 'tokenizer_config.json'));
  const map = await readIfPresent(join(folder, 'special_tokens_map.json'));
  const named = (key: string): string | undefined => contentOf(config[key]) ?? contentOf(map[key]);
  const maxTokens = config['model_max_length'];
  return {
    bos: named('bos_token'),
    eos: named('eos_token'),
    pad: named('pad_token'),
    maxTokens: typeof maxTokens === 'number' ? maxTokens : undefined,
  };
}

async function readIfPresent(path: string): Promise<Readonly<Record<string, unknown>>> {
  if (!(await hasFile(path))) return {};
  const json = await readJson(path);
  return isRecord(json) ? json : {};
}

/** A token is written as a string, or as an object with its `content`. */
function contentOf(token: unknown): string | undefined {
  const content = isRecord(token) ? token['content'] : token;
  return typeof content === 'string' ? content : undefined;
}
