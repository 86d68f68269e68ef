import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seeded } from '../bench/eviction-trace.ts';
import { Cluster } from '../harness/cluster.ts';
import { EditMix } from '../harness/edit-mix.ts';
import { closedLoop, counts } from '../harness/load.ts';
import { plainSender } from '../harness/senders.ts';

test('a gateway counts exactly the edits that callers saw done and refused', async () => {
  await using cluster = await Cluster.start({
    workers: 1,
    workerSet: ['timeScale=0.1'],
    gatewaySet: ['edits.atOnceMax=4'],
    balancerSet: ['limits.waitMsMax=60000'],
  });
  await using calls = cluster.plainCalls();
  const mix = await EditMix.prepare(cluster.client(), { templates: 2, steps: 4 });
  const send = plainSender(calls, { mix, random: seeded(7), deadlineMs: 60_000 });
  const seen = counts(await closedLoop({ count: 100, atOnce: 12, send }));
  assert.ok((seen.good ?? 0) > 0 && (seen.overloaded ?? 0) > 0);
  const text = await cluster.process('gateway-1').metrics();
  const told = (name: string, label: string) =>
    [...text.matchAll(new RegExp(`^${name}\\{[^}]*${label}[^}]*\\} (\\d+)`, 'gm'))].reduce(
      (sum, [, count]) => sum + Number(count),
      0,
    );
  assert.deepEqual(
    {
      good: told('instgenie_gateway_edits_total', 'code="ok"'),
      overloaded: told('instgenie_gateway_edits_total', 'code="overloaded"'),
    },
    seen,
  );
  assert.equal(told('instgenie_gateway_refused_total', 'reason="edits"'), seen.overloaded);
  assert.equal(told('instgenie_gateway_edit_duration_seconds_count', ''), seen.good);
});
