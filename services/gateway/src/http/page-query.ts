import { asNumber } from './form.ts';
import { wrong } from './http-refusal.ts';

const sizeMax = 1000;
const tokenCharsMax = 512;

/** Which page a list is asked for: `limit` (or `page_size`) and `after` (or `page_token`). Throws `invalid`. */
export function pageOf(query: unknown): { readonly size: number; readonly token: string } {
  const said = query as Readonly<Record<string, unknown>>;
  const size = asNumber(said['limit'] ?? said['page_size'] ?? 100);
  if (typeof size !== 'number' || !Number.isInteger(size) || size < 1 || size > sizeMax) {
    throw wrong('limit', `expected a whole number from 1 to ${sizeMax}`);
  }
  const token = said['after'] ?? said['page_token'] ?? '';
  if (typeof token !== 'string' || token.length > tokenCharsMax)
    throw wrong('after', 'expected what the last page said');
  return { size, token };
}

/** A page as OpenAI's clients read lists; `next` is what `after` wants. */
export function pageJson(data: readonly unknown[], nextToken: string) {
  return { object: 'list', data, has_more: nextToken !== '', next: nextToken === '' ? null : nextToken };
}
