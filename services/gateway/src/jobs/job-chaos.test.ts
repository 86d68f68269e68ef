import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ServiceError } from '@instgenie/domain';
import { RetryError } from '@instgenie/rpc';
import fc from 'fast-check';
import { caller, editOrder, ended, eventually, FakeEditing, jobOrder, openJobs } from './testing.ts';

type Event =
  | { readonly kind: 'submit'; readonly edits: number; readonly tenant: 'a' | 'b' }
  | { readonly kind: 'cancel'; readonly which: number }
  | { readonly kind: 'fail'; readonly code: 'internal' | 'overloaded' }
  | { readonly kind: 'restart' | 'swap' | 'sweep' };

const submit = fc.record({
  kind: fc.constant('submit' as const),
  edits: fc.integer({ min: 1, max: 4 }),
  tenant: fc.constantFrom('a' as const, 'b' as const),
});
const event: fc.Arbitrary<Event> = fc.oneof(
  { arbitrary: submit, weight: 5 },
  { arbitrary: fc.record({ kind: fc.constant('cancel' as const), which: fc.nat(20) }), weight: 1 },
  {
    arbitrary: fc.record({
      kind: fc.constant('fail' as const),
      code: fc.constantFrom('internal' as const, 'overloaded' as const),
    }),
    weight: 2,
  },
  { arbitrary: fc.record({ kind: fc.constantFrom('restart' as const, 'swap' as const, 'sweep' as const) }), weight: 2 },
);

for (const seed of [11, 12]) {
  test(`whatever happens, every job that was taken ends once (seed ${seed})`, async () => {
    const [events = []] = fc.sample(fc.array(event, { minLength: 25, maxLength: 25 }), { seed, numRuns: 1 });
    await using jobs = await openJobs();
    const editing = new FakeEditing();
    const settings = { sweepMs: 100, concurrency: 2 };
    let desk = jobs.open(editing, settings);
    const taken: { readonly id: string; readonly tenant: string; readonly edits: number }[] = [];
    for (const [index, one] of events.entries()) {
      if (one.kind === 'submit') {
        const edits = Array.from({ length: one.edits }, () => editOrder({ prompt: `${index}` }));
        const order = jobOrder({ requestId: `r${index}`, edits });
        const { id } = await eventually(() => desk.submit(order, caller(one.tenant)));
        taken.push({ id, tenant: one.tenant, edits: one.edits });
      } else if (one.kind === 'cancel') {
        const job = taken[one.which % Math.max(1, taken.length)];
        if (job !== undefined) await eventually(() => desk.cancel(job.id, caller(job.tenant)));
      } else if (one.kind === 'fail') {
        const failure =
          one.code === 'internal'
            ? new ServiceError('internal', 'x')
            : new RetryError('overloaded', 'x', { retryAfterMs: 0 });
        editing.failures.push(failure);
      } else if (one.kind === 'restart') await jobs.redis.restart();
      else if (one.kind === 'swap') {
        const other = jobs.open(editing, settings);
        await desk[Symbol.asyncDispose]();
        desk = other;
      } else await desk.sweep().catch(() => undefined);
    }
    for (const { id, tenant, edits } of taken) {
      const job = await ended(desk, { id }, tenant);
      assert.equal(job.items.length, edits);
      assert.ok(job.items.every(({ state }) => state !== 'queued' && state !== 'running'));
      const isWhole = job.items.every(({ state, pictures }) => (state === 'done') === (pictures.length === 1));
      assert.ok(isWhole);
    }
    await eventually(async () => (await Array.fromAsync(jobs.blobs.list('jobs/open/'))).length === 0 || undefined);
  });
}
