import fc from 'fast-check';
import { hostileCalls } from './hostile-calls.ts';
import { bring, hostileBytes } from './hostile-connections.ts';
import type { KnownCredentials } from './hostile-credentials.ts';
import type { KnownThings } from './hostile-messages.ts';
import { inParallel } from './in-parallel.ts';
import { type Outcome, type RawCall, RawCaller } from './raw-caller.ts';

export interface FuzzOptions {
  readonly address: string;
  readonly known: KnownThings;
  readonly credentials: KnownCredentials;
  readonly requests: number;
  /** The same seed makes the same requests. */
  readonly seed: number;
  /** Told after each batch. */
  readonly onBatch?: (done: number) => Promise<void>;
}

export interface Finding {
  /** With these it is made again. */
  readonly seed: number;
  readonly index: number;
  readonly call: RawCall;
  readonly outcome: Outcome | string;
}

export interface FuzzReport {
  /** How many calls ended with each status; `closed` without one. */
  readonly outcomes: ReadonlyMap<string, number>;
  readonly connections: number;
  /** The first ones that ended as no call may. */
  readonly findings: readonly Finding[];
}

const batch = 250;
/** Of a batch of calls, so many connections beside. */
const connectionsPerBatch = 5;
const findingsMax = 20;

/** UNKNOWN, INTERNAL and DATA_LOSS: a server says these of itself and not of a request. */
const wrongCodes = new Set([2, 13, 15]);

/** Makes hostile calls and connections, many at a time. */
export async function fuzz(options: FuzzOptions): Promise<FuzzReport> {
  const outcomes = new Map<string, number>();
  const findings: Finding[] = [];
  const calls = hostileCalls(options.known, options.credentials);
  let connections = 0;
  await using caller = new RawCaller(options.address);
  for (let done = 0; done < options.requests; done += batch) {
    const seed = options.seed + done / batch;
    const made = fc.sample(calls, { seed, numRuns: Math.min(batch, options.requests - done) });
    const one = async (call: RawCall, index: number) => {
      const outcome = await caller.call(call).catch(String);
      const name = nameOf(outcome);
      outcomes.set(name, (outcomes.get(name) ?? 0) + 1);
      if (isWrong(outcome) && findings.length < findingsMax) findings.push({ seed, index, call, outcome });
    };
    const brought = fc.sample(hostileBytes, { seed, numRuns: connectionsPerBatch });
    await Promise.all([inParallel(made, one), ...brought.map((bytes) => bring(bytes, options.address))]);
    connections += brought.length;
    await options.onBatch?.(Math.min(done + batch, options.requests));
  }
  return { outcomes, connections, findings };
}

function isWrong(outcome: Outcome | string): boolean {
  return typeof outcome === 'string' || (outcome.kind === 'status' && wrongCodes.has(outcome.code));
}

function nameOf(outcome: Outcome | string): string {
  if (typeof outcome === 'string') return outcome;
  return outcome.kind === 'closed' ? 'closed' : `status ${outcome.code}`;
}
