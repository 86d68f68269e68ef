import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type EndpointSlice, readSlice } from './endpoint-slice.ts';
import { mergeSlices } from './merge-slices.ts';

interface PodFacts {
  readonly pod?: string;
  readonly uid?: string;
  readonly address: string;
  readonly ready?: boolean | null;
  readonly serving?: boolean | null;
  readonly terminating?: boolean | null;
}

function slice(pods: readonly PodFacts[], fields: Record<string, unknown> = {}): EndpointSlice {
  const read = readSlice({
    addressType: 'IPv4',
    ports: [
      { name: 'ops', port: 9070 },
      { name: 'grpc', port: 7070 },
    ],
    endpoints: pods.map(({ pod, uid = pod, address, ...conditions }) => ({
      addresses: [address],
      conditions,
      ...(pod === undefined ? {} : { targetRef: { kind: 'Pod', name: pod, uid } }),
    })),
    ...fields,
  });
  assert(read !== undefined);
  return read;
}

const settings = { port: 'grpc', endpointsMax: 4096 };
const addresses = (slices: readonly EndpointSlice[], port: number | string = 'grpc') =>
  mergeSlices(slices, { ...settings, port }).map(({ address }) => address);

const rows = [
  {
    name: 'a pod that is ready is named',
    slices: [slice([{ pod: 'a', address: '10.0.0.1', ready: true }])],
    want: ['10.0.0.1:7070'],
  },
  {
    name: 'conditions that are not said count as ready',
    slices: [slice([{ address: '10.0.0.1' }])],
    want: ['10.0.0.1:7070'],
  },
  {
    name: 'null is not said',
    slices: [slice([{ address: '10.0.0.1', ready: null, serving: null, terminating: null }])],
    want: ['10.0.0.1:7070'],
  },
  {
    name: 'serving counts, where it is said',
    slices: [slice([{ address: '10.0.0.1', ready: false, serving: true }])],
    want: ['10.0.0.1:7070'],
  },
  {
    name: 'a pod that does not serve yet is not named',
    slices: [slice([{ address: '10.0.0.1', ready: false, serving: false }])],
    want: [],
  },
  {
    name: 'a pod that terminates is not named, though it serves',
    slices: [slice([{ address: '10.0.0.1', ready: false, serving: true, terminating: true }])],
    want: [],
  },
  {
    name: 'several slices are one list, in the order of addresses',
    slices: [slice([{ pod: 'b', address: '10.0.0.2' }]), slice([{ pod: 'a', address: '10.0.0.1' }])],
    want: ['10.0.0.1:7070', '10.0.0.2:7070'],
  },
  {
    name: 'a pod that moves between slices is named once',
    slices: [slice([{ pod: 'a', address: '10.0.0.1' }]), slice([{ pod: 'a', address: '10.0.0.1' }])],
    want: ['10.0.0.1:7070'],
  },
  {
    name: 'a pod that terminates in one slice does so, whatever an older one says',
    slices: [
      slice([{ pod: 'a', address: '10.0.0.1', terminating: true }]),
      slice([{ pod: 'a', address: '10.0.0.1', ready: true }]),
    ],
    want: [],
  },
  {
    name: 'a pod that takes the name of one that terminates is named by its own address',
    slices: [
      slice([
        { pod: 'worker-0', uid: '1', address: '10.0.0.1', serving: true, terminating: true },
        { pod: 'worker-0', uid: '2', address: '10.0.0.9', serving: true },
      ]),
    ],
    want: ['10.0.0.9:7070'],
  },
  {
    name: 'a pod that has got the address of one that terminates is named',
    slices: [
      slice([
        { pod: 'a', uid: '1', address: '10.0.0.1', serving: true, terminating: true },
        { pod: 'b', uid: '2', address: '10.0.0.1', serving: true },
      ]),
    ],
    want: ['10.0.0.1:7070'],
  },
  {
    name: 'of two families the fourth counts, whichever comes first',
    slices: [
      slice([{ pod: 'a', address: 'fd00::1' }], { addressType: 'IPv6' }),
      slice([{ pod: 'a', address: '10.0.0.1' }]),
    ],
    want: ['10.0.0.1:7070'],
  },
  {
    name: 'addresses of IPv6 stand in brackets',
    slices: [slice([{ pod: 'a', address: 'fd00::1' }], { addressType: 'IPv6' })],
    want: ['[fd00::1]:7070'],
  },
  {
    name: 'a number is the port itself',
    slices: [slice([{ address: '10.0.0.1' }])],
    port: 17070,
    want: ['10.0.0.1:17070'],
  },
  {
    name: 'a slice without the port names nobody',
    slices: [slice([{ address: '10.0.0.1' }], { ports: null })],
    want: [],
  },
  {
    name: 'what is no pod may serve several times at one address',
    slices: [7071, 7072].map((port) => slice([{ address: '10.0.0.1' }], { ports: [{ name: 'grpc', port }] })),
    want: ['10.0.0.1:7071', '10.0.0.1:7072'],
  },
  { name: 'a slice may be empty', slices: [slice([], { endpoints: null })], want: [] },
];
for (const { name, slices, port, want } of rows) {
  test(name, () => assert.deepEqual(addresses(slices, port ?? 'grpc'), want));
}

test('the order of slices changes nothing, nobody who terminates is named, and everybody else who serves is (seed 8)', () => {
  const pod = fc.record({
    pod: fc.constantFrom<string>('a', 'b', 'c', 'd', 'e'),
    address: fc.constantFrom('10.0.0.1', '10.0.0.2', '10.0.0.3'),
    serving: fc.boolean(),
    terminating: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(fc.array(pod, { maxLength: 5 }), { maxLength: 5 }), (groups) => {
      const slices = groups.map((pods) => slice(pods));
      const found = mergeSlices(slices, settings);
      assert.deepEqual(mergeSlices(slices.toReversed(), settings), found);
      const all = groups.flat();
      const leaving = new Set<string>(all.filter(({ terminating }) => terminating).map(({ pod: name }) => name));
      for (const { pod: name } of found) assert(name !== undefined && !leaving.has(name));
      const serve = all.filter(({ pod: name, serving }) => serving && !leaving.has(name));
      assert.equal(found.length > 0, serve.length > 0);
    }),
    { seed: 8, numRuns: 500 },
  );
});

test('a list longer than its bound is cut, the same way each time', () => {
  const pods = Array.from({ length: 30 }, (_, index) => ({ pod: `p${index}`, address: `10.0.0.${index}` }));
  assert.equal(mergeSlices([slice(pods)], { ...settings, endpointsMax: 10 }).length, 10);
});
