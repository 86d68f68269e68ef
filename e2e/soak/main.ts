// The full forms of what e2e/scenarios tests in short: thousands of edits, a minute without Redis, fifty kills.
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { overloadRows, redisRows, tenantRows } from '../bench/cluster.ts';
import { type Row, row } from '../bench/rows.ts';
import { table } from '../bench/table.ts';
import { counts, type Ended, failures, latencies } from '../harness/load.ts';
import { killWorkers } from '../scenarios/kill-workers.ts';
import { realBytes } from '../scenarios/real-bytes.ts';
import { underLoad } from '../scenarios/under-load.ts';

const workerSet = ['timeScale=0.1', 'side=128'];
const deadlineMs = 30_000;
const reconnectMs = 2500;
const say = (line: string) => console.error(line);

const parts: Readonly<Record<string, () => Promise<readonly Row[]>>> = {
  kills: async () => {
    const ended = await underLoad({
      cluster: { workers: 3, workerSet },
      perSecond: 17,
      seconds: 300,
      seed: 11,
      deadlineMs,
      hurt: ({ cluster }) => killWorkers(cluster, { kills: 50, seed: 12 }),
    });
    return [row('soak.kills.count', 50, { unit: 'kills' }), ...endedRows('soak.kills', ended)];
  },
  bytes: async () => endedRows('soak.bytes', await realBytes({ kills: 15, edits: 150, seed: 61 })),
  frozen: async () => {
    const ended = await underLoad({
      cluster: { workers: 3, workerSet },
      perSecond: 20,
      seconds: 20,
      seed: 21,
      deadlineMs,
      hurt: async ({ cluster }) => cluster.process('worker-2').signal('SIGSTOP'),
    });
    const most = Math.max(...latencies(ended));
    return [...endedRows('soak.frozen', ended), row('soak.frozen.ms.most', most, { unit: 'ms', atMost: 6000 })];
  },
  gateways: async () => {
    const ended = await underLoad({
      cluster: { workers: 2, gateways: 2, workerSet },
      perSecond: 20,
      seconds: 120,
      seed: 31,
      deadlineMs,
      hurt: async ({ cluster }) => {
        for (let kill = 0; kill < 20; kill++) {
          await cluster.gateways[kill % 2]?.restart();
          await cluster.ready();
          // Clients may take so long to notice that it is back.
          await pause(reconnectMs);
        }
      },
    });
    return endedRows('soak.gateways', ended);
  },
  balancer: async () => {
    const ended = await underLoad({
      cluster: { workers: 2, workerSet },
      perSecond: 20,
      seconds: 30,
      seed: 41,
      deadlineMs,
      hurt: ({ cluster }) => cluster.process('balancer-1').end('SIGKILL'),
    });
    return endedRows('soak.balancer', ended);
  },
  redis: () => redisRows({ isQuick: false, say }),
  overload: () => overloadRows({ isQuick: false, say }),
  tenants: () => tenantRows({ isQuick: false, say }),
};

const help = `usage: npm run -s soak -- [PART ...]

PART  ${Object.keys(parts).join(' | ')}; all of them without one

Exit code 0 when every goal holds, 1 when one does not, 2 for bad usage.`;

function endedRows(name: string, ended: readonly Ended[]): readonly Row[] {
  const { good = 0, wrong = 0, overloaded = 0 } = counts(ended);
  for (const [kind, count] of failures(ended)) say(`${name}: ${count} times ${kind}`);
  return [
    row(`${name}.edits`, ended.length, { unit: 'edits' }),
    row(`${name}.refused`, overloaded, { unit: 'edits' }),
    row(`${name}.lost`, ended.length - good - wrong - overloaded, { unit: 'edits', atMost: 0 }),
    row(`${name}.wrong`, wrong, { unit: 'edits', atMost: 0 }),
  ];
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { help: { type: 'boolean' } } });
  const chosen = positionals.length === 0 ? Object.keys(parts) : positionals;
  if (values.help === true || chosen.some((name) => parts[name] === undefined)) {
    console.error(help);
    return values.help === true ? 0 : 2;
  }
  const rows: Row[] = [];
  for (const name of chosen) {
    say(`soak: ${name}`);
    rows.push(...((await parts[name]?.()) ?? []));
  }
  console.log(table(rows));
  return rows.every(({ holds }) => holds !== false) ? 0 : 1;
}

process.exitCode = await main();
