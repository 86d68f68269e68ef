import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { trace } from '@opentelemetry/api';
import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import { InMemorySpanExporter, TracerProvider } from '@opentelemetry/sdk-trace';
import { CountedSpans } from './counted-spans.ts';
import { openLog, promptFacts } from './log.ts';
import { Counter, countSpans, openMetrics } from './metrics.ts';
import { serveOps } from './ops-server.ts';
import { openTracing, traceparentOf } from './tracing.ts';

const named = { service: 'worker', instance: 'w1' };

test('a span goes on in the next process, and its parent decides whether it is sampled', async () => {
  const exporter = new InMemorySpanExporter();
  await using near = openTracing({ ...named, sampleShare: 1, stepShare: 0 }, exporter);
  await using far = openTracing({ ...named, sampleShare: 0, stepShare: 0 }, exporter);
  const edit = near.edits.startSpan('edit');
  const step = far.edits.startSpan('step', {}, far.contextOf(traceparentOf(edit)));
  step.end();
  edit.end();
  far.edits.startSpan('alone', {}, far.contextOf(undefined)).end();
  near.steps.startSpan('step of nobody').end();
  const spans = exporter.getFinishedSpans();
  assert.deepEqual(
    spans.map(({ name }) => name),
    ['step', 'edit'],
  );
  assert.equal(spans[0]?.parentSpanContext?.spanId, edit.spanContext().spanId);
  assert.equal(spans[0]?.spanContext().traceId, edit.spanContext().traceId);
  for (const nonsense of ['', 'x', `00-${'0'.repeat(32)}-${'0'.repeat(16)}-01`]) {
    assert.equal(trace.getSpan(near.contextOf(nonsense)), undefined);
  }
});

test('spans reach a collector as OTLP, and one that does not answer holds nobody up', async () => {
  const seen: (string | undefined)[] = [];
  const collector = createServer((request, response) => {
    seen.push(request.url, request.headers['content-type']);
    request.resume().once('end', () => response.end());
  }).listen(0, '127.0.0.1');
  await once(collector, 'listening');
  const address = collector.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const tracing = openTracing({
    ...named,
    endpoint: `http://127.0.0.1:${port}/v1/traces`,
    sampleShare: 1,
    stepShare: 0,
  });
  tracing.edits.startSpan('edit').end();
  await tracing[Symbol.asyncDispose]();
  assert.deepEqual(seen, ['/v1/traces', 'application/x-protobuf']);
  collector.close();
  const lost = openTracing({ ...named, endpoint: 'http://127.0.0.1:1/v1/traces', sampleShare: 1, stepShare: 0 });
  lost.edits.startSpan('edit').end();
  await lost[Symbol.asyncDispose]();
  assert.deepEqual(
    [tracing.counts(), lost.counts()],
    [
      { sent: 1, failed: 0, full: 0 },
      { sent: 0, failed: 1, full: 0 },
    ],
  );
});

test('while a collector does not answer, so many spans wait and no more; those that are lost are counted', async () => {
  let answer: (result: ExportResult) => void = () => undefined;
  const silent = {
    export: (_spans: unknown, done: typeof answer) => void (answer = done),
    shutdown: async () => undefined,
  };
  const spans = new CountedSpans(silent, { waitingMax: 4, exportMs: 60_000 });
  const provider = new TracerProvider({ spanProcessors: [spans] });
  const tracer = provider.getTracer('test');
  for (let edit = 0; edit < 10; edit++) tracer.startSpan('edit').end();
  assert.deepEqual(spans.counts, { sent: 0, failed: 0, full: 6 });
  answer({ code: ExportResultCode.FAILED });
  assert.deepEqual(spans.counts, { sent: 0, failed: 4, full: 6 });
  await provider.shutdown();
  const registry = openMetrics();
  countSpans(registry, { counts: () => spans.counts });
  assert.match(await registry.metrics(), /^instgenie_spans_total\{outcome="full"\} 6$/m);
});

test('log lines are JSON with level and time, and of a prompt they say its length and digest', () => {
  const lines: string[] = [];
  const log = openLog({ ...named, level: 'info' }, { write: (line) => lines.push(line) });
  log.child({ traceId: 't' }).info({ prompt: promptFacts('a red fox') }, 'edit');
  log.debug('unseen');
  assert.equal(lines.length, 1);
  const line = JSON.parse(lines[0] ?? '') as Record<string, unknown>;
  assert.deepEqual(
    [line['level'], line['service'], line['instance'], line['traceId'], line['msg']],
    ['info', 'worker', 'w1', 't', 'edit'],
  );
  assert.match(String(line['time']), /^\d{4}-\d\d-\d\dT/);
  assert.ok(!lines[0]?.includes('fox'));
});

test('operators ask whether a process lives, is ready, and what it counts', async () => {
  const registry = openMetrics();
  new Counter({ name: 'instgenie_edits_total', help: 'Edits.', registers: [registry] }).inc(3);
  let ready = false;
  await using ops = await serveOps('127.0.0.1:0', { registry, isReady: () => ready });
  const get = async (path: string, method = 'GET') => {
    const response = await fetch(`http://127.0.0.1:${ops.port}${path}`, { method });
    return [response.status, await response.text(), response.headers.get('content-type')] as const;
  };
  assert.equal((await get('/healthz'))[0], 200);
  assert.equal((await get('/readyz'))[0], 503);
  ready = true;
  assert.equal((await get('/readyz'))[0], 200);
  const [status, text, type] = await get('/metrics');
  assert.equal(status, 200);
  assert.match(text, /^instgenie_edits_total 3$/m);
  assert.match(text, /^# EOF$/m);
  assert.match(type ?? '', /openmetrics-text/);
  assert.equal((await get('/other'))[0], 404);
  assert.equal((await get('/metrics', 'POST'))[0], 405);
  await assert.rejects(serveOps(`127.0.0.1:${ops.port}`, { registry, isReady: () => true }), { code: 'invalid' });
});
