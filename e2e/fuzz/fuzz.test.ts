import assert from 'node:assert/strict';
import { test } from 'node:test';
import { survive } from './expectations.ts';

test('5,000 hostile requests end no process, fail nowhere inside, and leave a deployment as it was (seed 1)', async () => {
  const { outcomes } = await survive({ requests: 5000, seed: 1 });
  // They get far enough: some are edits, templates and jobs after all.
  for (const wanted of ['status 0', 'status 3', 'status 5', 'status 8', 'status 12', 'status 16', 'closed']) {
    assert.ok((outcomes.get(wanted) ?? 0) > 50, `${wanted} ${outcomes.get(wanted)}`);
  }
});
