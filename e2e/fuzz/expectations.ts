import assert from 'node:assert/strict';
import { type FuzzOptions, type FuzzReport, fuzz } from './fuzz.ts';
import { fuzzHttp } from './fuzz-http.ts';
import { FuzzedCluster } from './fuzzed-cluster.ts';

const mib = 1024 ** 2;
/** So many calls of gRPC come with one request of HTTP. */
const callsPerHttp = 5;
/** After this many requests a gateway has taken what it takes once. */
const warmRequests = 2500;
/** What it may take after that, however many come: heap that is not collected yet, answers that are kept. */
const growthBytesMax = 400 * mib;

/** Makes hostile requests of a deployment, and asserts that it takes no harm by them. */
export async function survive(options: Pick<FuzzOptions, 'requests' | 'seed' | 'onBatch'>): Promise<FuzzReport> {
  await using cluster = await FuzzedCluster.start();
  let warmBytes = 0;
  const { address, known, credentials } = cluster;
  const report = await fuzz({
    ...options,
    address,
    known,
    credentials,
    onBatch: async (done) => {
      assert.deepEqual(cluster.complaints(), [], `after ${done} requests of seed ${options.seed}`);
      if (done <= warmRequests) warmBytes = await cluster.memoryBytes();
      await options.onBatch?.(done);
    },
  });
  assert.deepEqual(report.findings, []);
  const { seed } = options;
  const requests = Math.round(options.requests / callsPerHttp);
  const http = await fuzzHttp({ address: cluster.httpAddress, known, credentials, requests, seed });
  assert.deepEqual(http.findings, []);
  const grownBytes = (await cluster.memoryBytes()) - warmBytes;
  assert.ok(grownBytes < growthBytesMax, `${Math.round(grownBytes / mib)} MiB more after ${options.requests} requests`);
  assert.ok(await cluster.edits(), 'an honest edit works as before');
  assert.deepEqual(cluster.complaints(), []);
  return { ...report, outcomes: new Map([...report.outcomes, ...http.outcomes]) };
}
