import { ServiceError } from '@instgenie/domain';
import { isTemplateId } from '@instgenie/templates';

/** Where a page of templates ends, as callers carry it. */
export function pageToken(lastId: string): string {
  return Buffer.from(`1:${lastId}`).toString('base64url');
}

/** The id that a page begins after; empty for the first page. Throws `invalid` for what is no token. */
export function afterToken(token: string): string {
  if (token === '') return '';
  const [version, id = ''] = Buffer.from(token.slice(0, 100), 'base64url').toString('utf8').split(':');
  if (version === '1' && isTemplateId(id) && pageToken(id) === token) return id;
  throw new ServiceError('invalid', 'page_token: expected the next_page_token of an answer', { field: 'page_token' });
}
