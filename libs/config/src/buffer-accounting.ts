import { setFlagsFromString } from 'node:v8';

/**
 * Has V8 collect garbage by the size of heap and buffers together. Left to itself it marks the whole heap again for every
 * few dozen megabytes of buffers, so a process that passes pictures on spends half of its time in that: a result of 8 MiB
 * goes through a gateway 1.5 times, and to a client with the same setting 2.8 times as fast.
 */
export function countBuffersWithHeap(): void {
  setFlagsFromString('--external-memory-accounted-in-global-limit');
}
