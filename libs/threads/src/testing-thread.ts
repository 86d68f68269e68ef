// A thread for tests: answers in order or together, as it is told.
import assert from 'node:assert/strict';
import { parentPort, workerData } from 'node:worker_threads';
import { ServiceError } from '@instgenie/domain';
import { serveCalls, serveCallsTogether } from './thread-call.ts';

assert(parentPort !== null);
const opened = Promise.withResolvers<string>();
const serve = workerData === 'together' ? serveCallsTogether : serveCalls;

serve(parentPort, {
  double: (value: number) => 2 * value,
  fill: (into: Int32Array) => {
    into.fill(7);
  },
  floats: (count: number) => new Float32Array(count),
  wait: () => opened.promise,
  open: () => {
    opened.resolve('opened');
  },
  refuse: () => {
    throw new ServiceError('invalid', 'value: too large', { field: 'value' });
  },
  end: () => process.exit(1),
});
