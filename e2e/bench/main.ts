import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { countBuffersWithHeap } from '@instgenie/config';
import { benchBalancer } from './balancer.ts';
import { benchCluster } from './cluster.ts';
import { benchEngine } from './engine.ts';
import { benchEviction } from './eviction.ts';
import { benchK8s } from './k8s.ts';
import { benchPipeline } from './pipeline.ts';
import { benchQuality } from './quality.ts';
import type { RandomShape } from './random-checkpoint.ts';
import type { Bench } from './rows.ts';
import { table } from './table.ts';
import { benchTelemetry } from './telemetry.ts';
import { benchWorker } from './worker.ts';

const benches: Readonly<Record<string, Bench>> = {
  balancer: benchBalancer,
  cluster: benchCluster,
  engine: benchEngine,
  eviction: benchEviction,
  k8s: benchK8s,
  pipeline: benchPipeline,
  quality: benchQuality,
  telemetry: benchTelemetry,
  worker: benchWorker,
};

const help = `usage: npm run -s bench -- NAME [--quick] [--json]

NAME     ${Object.keys(benches).join(' | ')}
--quick  fewer repeats: ends within 50 s
--shape  engine: WIDTH,HEADS,DOUBLE,SINGLE of the transformer with random weights
--json   one JSON object on standard output and nothing else

Exit code 0 when every goal holds, 1 when one does not, 2 for bad usage.`;

async function main(): Promise<number> {
  countBuffersWithHeap();
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      json: { type: 'boolean' },
      quick: { type: 'boolean' },
      shape: { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  const [name = ''] = positionals;
  const bench = benches[name];
  if (values.help === true || bench === undefined || positionals.length > 1) {
    console.error(values.help === true ? help : `bench: unknown name '${name}'\n\n${help}`);
    return values.help === true ? 0 : 2;
  }
  const began = performance.now();
  const say = (line: string) => console.error(line);
  const { rows, skipped = [] } = await bench({
    isQuick: values.quick === true,
    say,
    ...(values.shape === undefined ? {} : { shape: shapeOf(values.shape) }),
  });
  const machine = { cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length, node: process.version };
  const seconds = Math.round((performance.now() - began) / 100) / 10;
  if (values.json === true) console.log(JSON.stringify({ bench: name, machine, seconds, rows, skipped }));
  else {
    console.log(`${name}: ${machine.cores} x ${machine.cpu}, Node ${machine.node}, ${seconds} s\n`);
    console.log(table(rows));
    for (const { name: left, reason } of skipped) console.log(`skipped ${left}: ${reason}`);
  }
  return rows.every(({ holds }) => holds !== false) ? 0 : 1;
}

function shapeOf(text: string): RandomShape {
  const [width = 0, heads = 0, doubleBlocks = 0, singleBlocks = 0, ...rest] = text.split(',').map(Number);
  const lengths = [width, heads, doubleBlocks, singleBlocks];
  if (rest.length === 0 && lengths.every((length) => Number.isInteger(length) && length > 0) && width === heads * 64) {
    return { width, heads, doubleBlocks, singleBlocks };
  }
  console.error(`bench: --shape ${text}: expected WIDTH,HEADS,DOUBLE,SINGLE with WIDTH = 64 x HEADS, as 320,5,3,9`);
  process.exit(2);
}

process.exitCode = await main();
