import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock, until } from '../testing-workers.ts';
import { DnsDiscovery, type ResolvedHost } from './dns-discovery.ts';

test('addresses of a name are asked for again and again; while nobody answers, the last ones stay', async () => {
  const clock = new ManualClock();
  let answer: readonly ResolvedHost[] | Error = [
    { address: '10.0.0.2', family: 4 },
    { address: 'fd00::1', family: 6 },
    { address: '10.0.0.1', family: 4 },
  ];
  let asked = 0;
  const failures: number[] = [];
  const discovery = new DnsDiscovery(
    { host: 'workers', port: 7070, everyMs: 2000 },
    {
      clock,
      resolve: async () => {
        asked++;
        if (answer instanceof Error) throw answer;
        return answer;
      },
      onFailure: (_, count) => failures.push(count),
    },
  );
  const stop = new AbortController();
  const heard: string[] = [];
  const listening = (async () => {
    for await (const addresses of discovery.addresses(stop.signal)) heard.push(addresses.join(' '));
  })();
  await until(() => heard.length === 1);
  const askAgain = async () => {
    const before = asked;
    await until(() => {
      clock.pass(500);
      return asked > before;
    });
  };
  await askAgain();
  answer = new Error('ENOTFOUND');
  await askAgain();
  await askAgain();
  await until(() => failures.length >= 2);
  answer = [{ address: 'fd00::2', family: 6 }];
  await askAgain();
  await until(() => heard.length === 2);
  assert.deepEqual(heard, ['10.0.0.1:7070 10.0.0.2:7070', '[fd00::2]:7070']);
  assert.deepEqual(failures.slice(0, 2), [1, 2]);
  stop.abort();
  await listening;
});

test('the name of this machine is found by the system', async () => {
  const discovery = new DnsDiscovery({ host: 'localhost', port: 7070, everyMs: 2000 }, { clock: new ManualClock() });
  const stop = new AbortController();
  for await (const addresses of discovery.addresses(stop.signal)) {
    assert.match(addresses.join(' '), /^(127\.0\.0\.1|\[::1\]):7070$/);
    stop.abort();
  }
});
