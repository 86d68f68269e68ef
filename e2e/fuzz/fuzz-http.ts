import fc from 'fast-check';
import type { KnownCredentials } from './hostile-credentials.ts';
import { hostileHttp } from './hostile-http.ts';
import type { KnownThings } from './hostile-messages.ts';
import { HttpCaller } from './http-caller.ts';
import { inParallel } from './in-parallel.ts';

export interface HttpFuzzOptions {
  readonly address: string;
  readonly known: KnownThings;
  readonly credentials: KnownCredentials;
  readonly requests: number;
  readonly seed: number;
}

const batch = 250;
const findingsMax = 20;
/** That nobody can do it, or not now or in time, may be said of a request. */
const fineAbove500 = new Set([501, 503, 504]);

/** Makes hostile HTTP requests; how many ended with each status, and those that ended as none may, as texts. */
export async function fuzzHttp({ address, known, credentials, requests, seed }: HttpFuzzOptions) {
  using caller = new HttpCaller(address);
  const outcomes = new Map<string, number>();
  const findings: string[] = [];
  const calls = hostileHttp(known, credentials);
  for (let done = 0; done < requests; done += batch) {
    const batchSeed = seed + done / batch;
    const made = fc.sample(calls, { seed: batchSeed, numRuns: Math.min(batch, requests - done) });
    await inParallel(made, async (call, index) => {
      const status = await caller.call(call).catch(String);
      outcomes.set(`http ${status}`, (outcomes.get(`http ${status}`) ?? 0) + 1);
      const isFine = status === 'closed' || (typeof status === 'number' && (status < 500 || fineAbove500.has(status)));
      if (isFine || findings.length >= findingsMax) return;
      findings.push(`${status}: ${call.method} ${call.path}, seed ${batchSeed}, request ${index}`);
    });
  }
  return { outcomes, findings };
}
