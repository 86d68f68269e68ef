import type { RedisFacts } from '@instgenie/index';
import { bytesText } from '../format.ts';
import { type Check, judged } from './check.ts';

const slowMs = 20;
const versionLeast = [6, 2] as const;

/** What a server says of itself, against what index and queue of jobs need. Pure. */
export function checkRedis(facts: RedisFacts): readonly Check[] {
  const { version, pingMs, fullPolicy, memoryBytes, memoryBytesMax, isAppendOnly, role } = facts;
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isOld = major < versionLeast[0] || (major === versionLeast[0] && minor < versionLeast[1]);
  const bound = memoryBytesMax === 0 ? 'no bound' : bytesText(memoryBytesMax);
  const isFull = memoryBytesMax > 0 && memoryBytes > 0.9 * memoryBytesMax;
  return [
    judged('redis', `version ${version}, ${role}, answers in ${pingMs.toFixed(1)} ms`, [
      ['fail', role === 'slave', 'it takes no writes: name the primary'],
      ['fail', isOld, `version ${versionLeast.join('.')} or later is needed`],
      ['warn', pingMs > slowMs, 'commands are given up after 50 ms: put it nearer'],
    ]),
    judged('redis memory', `${bytesText(memoryBytes)} of ${bound}, ${fullPolicy} when full`, [
      ['fail', fullPolicy !== 'noeviction', 'jobs that wait may be evicted: set maxmemory-policy noeviction'],
      ['fail', isFull, 'nearly full: jobs will be refused; raise maxmemory'],
    ]),
    judged('redis file', isAppendOnly ? 'append-only' : 'keeps nothing through a crash', [
      ['warn', !isAppendOnly, 'jobs that wait are lost when it crashes: set appendonly yes'],
    ]),
  ];
}
