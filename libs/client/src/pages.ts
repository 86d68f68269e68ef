import { defined, wholeNumber } from './wire.ts';

/** A page of a list; an empty token: it is the last one. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly nextPageToken: string;
}

/** All items of a list, page after page. */
export async function* pages<Item>(
  { pageSize }: { readonly pageSize?: number | undefined },
  ask: (page: { readonly pageSize?: number; readonly pageToken?: string }) => Promise<Page<Item>>,
): AsyncGenerator<Item, void> {
  const size = defined({ pageSize: wholeNumber('page_size', pageSize) });
  for (let pageToken = ''; ; ) {
    const { items, nextPageToken } = await ask({ ...size, pageToken });
    yield* items;
    if (nextPageToken === '') return;
    pageToken = nextPageToken;
  }
}
