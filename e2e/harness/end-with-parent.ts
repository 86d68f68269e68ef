// Loaded into the processes of a cluster: when the one that started them is gone, killed or not, they end too.
import { isMainThread } from 'node:worker_threads';

const parent = process.ppid;
const watchMs = 1000;

if (isMainThread) {
  setInterval(() => {
    if (process.ppid !== parent) process.exit(1);
  }, watchMs).unref();
}
