import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type { InstgenieClient } from '@instgenie/client';
import { seeded } from '../bench/eviction-trace.ts';
import { EditMix } from '../harness/edit-mix.ts';
import { counts, type Ended, offer } from '../harness/load.ts';

const perSecond = 0.5;
const roundS = 10;
const deadlineMs = 120_000;
const jobsMax = 8;

/**
 * Edits while something happens: none may be lost, and those of one key have one answer, whoever gave it. Jobs are accepted
 * before, and done when it is over. How many edits there were.
 */
export async function editsMeanwhile(client: InstgenieClient, happens: () => Promise<void>): Promise<number> {
  const random = seeded(87);
  const mix = await EditMix.prepare(client, { templates: 3, steps: 4, side: 64 });
  const answers = new Map<string, string>();
  const send = async () => {
    const { spec, key } = mix.next(random);
    const { pictures } = await client.edit(spec, { deadlineMs });
    const digest = createHash('sha256')
      .update(pictures[0]?.image ?? '')
      .digest('hex');
    const known = answers.get(key) ?? digest;
    answers.set(key, known);
    return known === digest ? 'good' : 'wrong';
  };
  const jobs = await Promise.all(
    Array.from({ length: jobsMax }, async () => await client.jobs.submit([mix.next(random).spec])),
  );
  const over = new AbortController();
  const ended: Ended[] = [];
  const load = async () => {
    while (!over.signal.aborted) ended.push(...(await offer({ perSecond, seconds: roundS, random, send })));
  };
  await Promise.all([happens().finally(() => over.abort()), load()]);
  assert.deepEqual(counts(ended), { good: ended.length }, ended.find(({ outcome }) => outcome !== 'good')?.message);
  for (const { id } of jobs) assert.equal((await client.jobs.wait(id, { deadlineMs })).state, 'done');
  return ended.length;
}
