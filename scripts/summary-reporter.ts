import type { TestEvent } from 'node:test/reporters';

/** A test reporter that ends with one plain line, for those who read the output by machine. */
// oxlint-disable-next-line import/no-default-export -- Node takes a reporter as the default export
export default async function* summary(events: AsyncIterable<TestEvent>): AsyncGenerator<string, void> {
  for await (const event of events) {
    if (event.type !== 'test:summary' || event.data.file !== undefined) continue;
    const { tests, passed, skipped, todo } = event.data.counts;
    yield `${passed} passed, ${tests - passed - skipped - todo} failed, ${skipped} skipped\n`;
  }
}
