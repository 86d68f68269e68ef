import type { Clock } from '@instgenie/domain';

/** All news, and undefined after each `silentMs` without any. */
export async function* withSignsOfLife<News>(
  news: AsyncIterable<News>,
  { silentMs, clock }: { readonly silentMs: number; readonly clock: Clock },
): AsyncGenerator<News | undefined, void> {
  const all = news[Symbol.asyncIterator]();
  let next: ReturnType<typeof all.next> | undefined;
  for (;;) {
    next ??= all.next();
    const silence = Promise.withResolvers<undefined>();
    const cancel = clock.after(silentMs, () => silence.resolve(undefined));
    const heard = await Promise.race([next, silence.promise]);
    cancel();
    if (heard?.done === true) return;
    if (heard === undefined) {
      yield undefined;
      continue;
    }
    next = undefined;
    yield heard.value;
  }
}
