/** Does the work for each item, so many at once. Rejects with the first failure, once nothing runs any more. */
export async function forEachAtOnce<Item>(
  items: Iterable<Item> | AsyncIterable<Item>,
  atOnce: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const left = iteratorOf(items);
  const failures: unknown[] = [];
  const run = async () => {
    while (failures.length === 0) {
      const next = await left.next();
      if (next.done === true) return;
      await work(next.value);
    }
  };
  const runs = Array.from({ length: atOnce }, () =>
    run().catch((thrown: unknown) => {
      failures.push(thrown);
    }),
  );
  await Promise.all(runs);
  if (failures.length > 0) throw failures[0];
}

async function* iteratorOf<Item>(items: Iterable<Item> | AsyncIterable<Item>): AsyncGenerator<Item, void> {
  yield* items;
}
