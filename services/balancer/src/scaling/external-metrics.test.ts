import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { get } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { answerMetrics } from './external-metrics.ts';
import { readSelector } from './label-selector.ts';
import { serveExternalMetrics } from './serve-external-metrics.ts';

const queues = () => [
  { model: 'edit', workers: 0, seconds: 30 },
  { model: 'fill', workers: 2, seconds: 12.3456 },
];
const ask = (path: string) => answerMetrics(new URL(path, 'https://metrics'), { queues, atMs: 1_700_000_000_123 });
const base = '/apis/external.metrics.k8s.io/v1beta1';
const metric = `${base}/namespaces/edits/instgenie_pool_queue_seconds`;

const selectors = [
  { selector: '', want: ['edit', 'fill'] },
  { selector: 'model=fill', want: ['fill'] },
  { selector: 'model==fill', want: ['fill'] },
  { selector: 'model!=fill', want: ['edit'] },
  { selector: 'model in (fill, edit)', want: ['edit', 'fill'] },
  { selector: 'model notin (fill)', want: ['edit'] },
  { selector: 'model in (fill,edit),model!=edit', want: ['fill'] },
  { selector: 'zone=a', want: [] },
];
for (const { selector, want } of selectors) {
  test(`of "${selector}" the models are ${want.join(' and ') || 'none'}`, () => {
    const isWanted = readSelector(selector);
    assert.deepEqual(
      queues()
        .map(({ model }) => model)
        .filter((model) => isWanted?.({ model })),
      want,
    );
  });
}

test('a selector that is not known is refused, and not taken for all', () => {
  assert.equal(readSelector('model~fill'), undefined);
  assert.equal(ask(`${metric}?labelSelector=${encodeURIComponent('a b')}`).status, 400);
});

test('a value is what the autoscaler reads: a list, in thousandths', () => {
  assert.deepEqual(ask(`${metric}?labelSelector=model%3Dfill`).body, {
    kind: 'ExternalMetricValueList',
    apiVersion: 'external.metrics.k8s.io/v1beta1',
    metadata: {},
    items: [
      {
        metricName: 'instgenie_pool_queue_seconds',
        metricLabels: { model: 'fill' },
        timestamp: '2023-11-14T22:13:20Z',
        value: '12346m',
      },
    ],
  });
});

test('the API says what it has', () => {
  const { resources } = ask(base).body as { readonly resources: readonly { readonly name: string }[] };
  assert.deepEqual(
    resources.map(({ name }) => name),
    ['instgenie_pool_queue_seconds'],
  );
  for (const path of ['/apis', '/apis/external.metrics.k8s.io']) assert.equal(ask(path).status, 200);
  for (const path of ['/', '/openapi/v2', `${base}/namespaces/edits/other`]) assert.equal(ask(path).status, 404);
});

test('it is served over HTTPS, and with a caFile only to who shows a certificate of it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'metrics-'));
  try {
    const [certFile, keyFile] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
    const made = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1'];
    const named = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
    await promisify(execFile)('openssl', ['req', ...made, ...named, '-keyout', keyFile, '-out', certFile]);
    const [cert, key] = [await readFile(certFile), await readFile(keyFile)];
    const tls = { certFile, keyFile, caFile: certFile };
    await using server = await serveExternalMetrics({ listen: '127.0.0.1:0', tls }, { queues, nowMs: () => 0 });
    const call = (options: object) =>
      new Promise<string>((resolve, reject) => {
        const url = `https://localhost:${server.port}${metric}`;
        get(url, { ca: cert, agent: false, ...options }, (response) => resolve(text(response))).on('error', reject);
      });
    assert.match(await call({ cert, key }), /"value":"12346m"/);
    await assert.rejects(call({}));
    const wrong = join(folder, 'none.pem');
    await assert.rejects(
      serveExternalMetrics({ listen: '127.0.0.1:0', tls: { ...tls, keyFile: wrong } }, { queues, nowMs: () => 0 }),
      /keyFile/,
    );
  } finally {
    await rm(folder, { recursive: true });
  }
});
