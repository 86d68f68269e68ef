// Many hostile requests of a deployment: node e2e/fuzz/main.ts [--requests 100000] [--seed 1]
import { parseArgs } from 'node:util';
import { survive } from './expectations.ts';

const { values } = parseArgs({
  options: { requests: { type: 'string', default: '100000' }, seed: { type: 'string', default: '1' } },
});
const requests = Number(values.requests);
const began = performance.now();
const { outcomes, connections } = await survive({
  requests,
  seed: Number(values.seed),
  onBatch: async (done) => {
    if (done % 10_000 === 0) console.error(`${done} of ${requests}`);
  },
});
const rows = [...outcomes].toSorted(([, one], [, other]) => other - one);
for (const [name, count] of rows) console.log(`${String(count).padStart(8)}  ${name}`);
const seconds = ((performance.now() - began) / 1000).toFixed(0);
console.log(`${requests} calls and ${connections} connections in ${seconds} s: nothing was harmed`);
