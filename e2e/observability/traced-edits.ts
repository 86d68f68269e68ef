import { randomBytes } from 'node:crypto';
import type { EditSpec, InstgenieClient } from '@instgenie/client';
import { Cluster } from '../harness/cluster.ts';
import { EditMix } from '../harness/edit-mix.ts';
import { OtlpSink, type SinkSpan } from './otlp-sink.ts';

export interface TracedEdit {
  /** Of the edit, and of steps that are linked to it. */
  readonly spans: readonly SinkSpan[];
  readonly traceId: string;
  /** The caller's span. */
  readonly callerId: string;
  /** What the caller saw it take. */
  readonly ms: number;
}

const deadlineMs = 60_000;

/** Warm edits of the real engine, one after the other, each in a trace of its caller. */
export async function traceEdits(options: {
  readonly edits: number;
  readonly steps: number;
  /** One by default. */
  readonly workers?: number;
  /** Called while the last one runs. */
  readonly disturb?: (cluster: Cluster) => Promise<void>;
}): Promise<readonly TracedEdit[]> {
  await using sink = await OtlpSink.start();
  const traced = `traces.endpoint=${sink.endpoint}`;
  await using cluster = await Cluster.start({
    workers: options.workers ?? 1,
    kind: 'tiny',
    workerSet: [traced, 'traces.stepShare=0.1'],
    gatewaySet: [traced],
    balancerSet: [traced, 'limits.waitMsMax=60000'],
  });
  const client = cluster.client();
  const mix = await EditMix.prepare(client, { templates: 1, steps: options.steps, side: 64, maskRatios: [0.3] });
  const spec = (seed: number): EditSpec => mix.edit({ template: 0, mask: 0, seed }).spec;
  // All workers fill at once; then all is there.
  await Promise.all([0, 1, 2, 3].map(() => isWarm(client, spec(0))));
  while (!(await isWarm(client, spec(0)))) continue;
  const called: Omit<TracedEdit, 'spans'>[] = [];
  for (let at = 1; at <= options.edits; at++) {
    const [traceId, callerId] = [randomBytes(16).toString('hex'), randomBytes(8).toString('hex')];
    const began = performance.now();
    const edit = client.edit(spec(at), { deadlineMs, traceparent: `00-${traceId}-${callerId}-01` });
    if (at === options.edits) await options.disturb?.(cluster);
    await edit;
    called.push({ traceId, callerId, ms: performance.now() - began });
  }
  // Whoever leaves sends what is left.
  const processes = [...cluster.gateways, ...cluster.balancers, ...cluster.workers];
  await Promise.all(processes.map((process) => process.end('SIGTERM')));
  return called.map((edit) => ({
    ...edit,
    spans: sink.spans.filter(({ traceId, links }) => traceId === edit.traceId || links.includes(edit.traceId)),
  }));
}

async function isWarm(client: InstgenieClient, spec: EditSpec): Promise<boolean> {
  const { pictures } = await client.edit(spec, { deadlineMs });
  return pictures[0]?.cache === 'hit';
}
