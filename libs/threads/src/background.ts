import { setPriority } from 'node:os';

const niceness = 5;

/**
 * Lets this thread, and those that it starts from now on, compute behind the process's other threads: whoever answers
 * callers gets a core at once. Linux knows priorities of threads; elsewhere nothing changes.
 */
export function computeInBackground(): void {
  if (process.platform === 'linux') setPriority(niceness);
}
