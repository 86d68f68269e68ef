import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KubeApi } from '../kubernetes/kube-api.ts';
import { FakeApiServer, podEndpoint } from '../kubernetes/testing-api-server.ts';
import { ManualClock, until } from '../testing-workers.ts';
import type { Discovery } from './discovery.ts';
import { SliceDiscovery, type Trouble } from './slice-discovery.ts';

interface Followed extends AsyncDisposable {
  readonly clock: ManualClock;
  readonly api: FakeApiServer;
  readonly discovery: SliceDiscovery;
  readonly trouble: readonly Trouble[];
  /** Hosts as of now; undefined until some are known. */
  readonly hosts: () => string | undefined;
  /** Lets waits be over again and again, until something is so. */
  readonly passUntil: (isSo: () => boolean) => Promise<void>;
}

const namespace = 'edits';
const settings = { namespace, service: 'workers', port: 'grpc', endpointsMax: 4096, refusedMs: 30_000 };

/** A discovery of a fake API's slices, and somebody who listens to it. */
async function follow({ fallback }: { readonly fallback?: Discovery } = {}): Promise<Followed> {
  await using cleanup = new AsyncDisposableStack();
  const api = cleanup.use(await FakeApiServer.start());
  const clock = new ManualClock();
  const trouble: Trouble[] = [];
  const access = { url: api.url, namespace, token: async () => 'a-token' };
  const discovery = new SliceDiscovery(settings, {
    api: new KubeApi(access),
    clock,
    random: () => 0.5,
    fallback,
    onTrouble: (each) => void trouble.push(each),
  });
  const stop = new AbortController();
  let hosts: string | undefined;
  const listening = (async () => {
    for await (const addresses of discovery.addresses(stop.signal)) {
      hosts = addresses.map((address) => address.replace(':7070', '')).join(' ');
    }
  })();
  cleanup.defer(async () => {
    stop.abort();
    await listening;
  });
  const rest = cleanup.move();
  return {
    clock,
    api,
    discovery,
    trouble,
    hosts: () => hosts,
    passUntil: async (isSo) => {
      await until(() => {
        clock.pass(50);
        return isSo();
      });
    },
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  };
}

test('workers are known as slices name them: one comes, one terminates, a slice goes', async () => {
  await using followed = await follow();
  const { api, hosts, passUntil } = followed;
  api.put('s1', [podEndpoint('10.0.0.1')]);
  api.put('s2', [podEndpoint('10.0.0.2')]);
  await passUntil(() => hosts() === '10.0.0.1 10.0.0.2');
  await until(() => api.watchCount === 1);
  api.put('s1', [podEndpoint('10.0.0.1'), podEndpoint('10.0.0.3')]);
  await until(() => hosts() === '10.0.0.1 10.0.0.2 10.0.0.3');
  api.put('s1', [podEndpoint('10.0.0.1', 'a', { ready: false, terminating: true }), podEndpoint('10.0.0.3')]);
  await until(() => hosts() === '10.0.0.2 10.0.0.3');
  api.remove('s2');
  await until(() => hosts() === '10.0.0.3');
  assert.deepEqual(followed.discovery.endpoints, [{ address: '10.0.0.3:7070', pod: 'pod-10.0.0.3' }]);
});

const faults: readonly { readonly name: string; readonly strike: (api: FakeApiServer) => void }[] = [
  { name: 'a reset', strike: (api) => api.endWatches('reset') },
  { name: 'an end of the watch', strike: (api) => api.endWatches('clean') },
  {
    name: '410 in a line',
    strike: (api) => api.tell({ type: 'ERROR', object: { kind: 'Status', code: 410, message: 'too old' } }),
  },
  { name: 'a line that is no JSON', strike: (api) => api.write('{"type": "MODIF\n') },
  { name: 'a line of something else', strike: (api) => api.write('{"type": "ADDED"}\n') },
  {
    name: 'half a line and then nothing',
    strike: (api) => {
      api.write('{"type": "MODIF');
      api.endWatches('clean');
    },
  },
];
for (const { name, strike } of faults) {
  test(`after ${name} what was known stays, and what changed meanwhile is known soon`, async () => {
    await using followed = await follow();
    const { api, hosts, passUntil } = followed;
    api.put('s1', [podEndpoint('10.0.0.1')]);
    await passUntil(() => hosts() === '10.0.0.1' && api.watchCount === 1);
    api.put('s1', [podEndpoint('10.0.0.2')], { isQuiet: true });
    strike(api);
    assert.equal(hosts(), '10.0.0.1');
    await passUntil(() => hosts() === '10.0.0.2');
    await passUntil(() => api.watchCount === 1);
    api.put('s1', [podEndpoint('10.0.0.3')]);
    await until(() => hosts() === '10.0.0.3');
  });
}

for (const fault of ['broken', 'reset', 'no json'] as const) {
  test(`while the API answers nothing but "${fault}" it is asked less and less often, and nothing is forgotten`, async () => {
    await using followed = await follow();
    const { api, hosts, passUntil, trouble, clock, discovery } = followed;
    api.put('s1', [podEndpoint('10.0.0.1')]);
    await passUntil(() => hosts() === '10.0.0.1' && api.watchCount === 1);
    [api.listFault, api.watchFault] = [fault, fault];
    const [began, lists] = [clock.now(), api.lists];
    api.put('s1', [podEndpoint('10.0.0.2')], { isQuiet: true });
    api.endWatches('reset');
    await passUntil(() => trouble.length >= 12);
    assert.equal(hosts(), '10.0.0.1');
    assert(clock.now() - began > 10_000, 'twelve tries take a while');
    assert(api.lists - lists <= 13);
    assert(discovery.staleMs() > 10_000);
    [api.listFault, api.watchFault] = ['none', 'none'];
    const healed = clock.now();
    await passUntil(() => hosts() === '10.0.0.2');
    assert(clock.now() - healed < 5000, 'within 5 s of its recovery');
    assert(discovery.staleMs() < 1000);
  });
}

test('where lists work and watches do not, lists are not asked for without end', async () => {
  await using followed = await follow();
  const { api, hosts, passUntil, trouble, clock } = followed;
  api.put('s1', [podEndpoint('10.0.0.1')]);
  api.watchFault = 'broken';
  await passUntil(() => trouble.length >= 10);
  assert.equal(hosts(), '10.0.0.1');
  assert(clock.now() > 10_000);
  assert(api.lists <= 11);
});

test('the API is gone for long: the last known workers stay, how old that is is told, and it is found again', async () => {
  await using followed = await follow();
  const { api, hosts, passUntil, clock, discovery } = followed;
  api.put('s1', [podEndpoint('10.0.0.1')]);
  await passUntil(() => hosts() === '10.0.0.1' && api.watchCount === 1);
  await api.down();
  const gone = clock.now();
  await passUntil(() => clock.now() - gone > 600_000);
  assert.equal(hosts(), '10.0.0.1');
  assert(discovery.staleMs() > 590_000);
  api.put('s1', [podEndpoint('10.0.0.7')]);
  await api.up();
  const back = clock.now();
  await passUntil(() => hosts() === '10.0.0.7');
  assert(clock.now() - back < 5000);
});

test('a thousand slices are read in pages', async () => {
  await using followed = await follow();
  const { api, hosts, passUntil } = followed;
  api.listFault = 'broken';
  await until(() => api.lists > 0);
  for (let slice = 0; slice < 1000; slice++) {
    api.put(`s${slice}`, [podEndpoint(`10.1.${slice >> 8}.${slice & 255}`)], { isQuiet: true });
  }
  const before = api.lists;
  api.listFault = 'none';
  await passUntil(() => hosts()?.split(' ').length === 1000);
  assert(api.lists - before >= 4);
});

test('where the API refuses to tell, DNS is asked, and the API again later', async () => {
  const fallback: Discovery = {
    addresses: async function* (signal) {
      yield ['10.9.9.9:7070'];
      const over = Promise.withResolvers<void>();
      signal.addEventListener('abort', () => over.resolve(), { once: true });
      await over.promise;
    },
    staleMs: () => 0,
  };
  await using followed = await follow({ fallback });
  const { api, hosts, passUntil, trouble, clock, discovery } = followed;
  api.listFault = 'refused';
  await until(() => hosts() === '10.9.9.9');
  assert.deepEqual(trouble, [{ kind: 'refused', status: 403 }]);
  assert.equal(discovery.staleMs(), 0);
  api.listFault = 'none';
  api.put('s1', [podEndpoint('10.0.0.1')]);
  const began = clock.now();
  await passUntil(() => hosts() === '10.0.0.1');
  assert(clock.now() - began >= 30_000 && api.lists === 2);
});

test('a refusal without a fallback changes nothing that is known', async () => {
  await using followed = await follow();
  const { api, hosts, passUntil, trouble } = followed;
  api.put('s1', [podEndpoint('10.0.0.1')]);
  await passUntil(() => hosts() === '10.0.0.1' && api.watchCount === 1);
  api.listFault = 'refused';
  api.endWatches('reset');
  await passUntil(() => trouble.some(({ kind }) => kind === 'refused'));
  assert.equal(hosts(), '10.0.0.1');
});
