import { gzipSync } from 'node:zlib';
import {
  editServiceDefinition,
  jobServiceDefinition,
  modelServiceDefinition,
  templateServiceDefinition,
} from '@instgenie/rpc';
import fc from 'fast-check';
import { hostileCredentials, type KnownCredentials } from './hostile-credentials.ts';
import { type HostileMessage, hostileMessages, type KnownThings } from './hostile-messages.ts';
import { damaged, texts } from './hostile-values.ts';
import type { RawCall } from './raw-caller.ts';

const methods = {
  ...editServiceDefinition(),
  ...templateServiceDefinition(),
  ...jobServiceDefinition(),
  ...modelServiceDefinition(),
};

/** What is done to the bytes of a call. */
const harms = fc.oneof(
  { weight: 30, arbitrary: fc.constant({ kind: 'none' } as const) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('damage' as const), seed: fc.integer() }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('noise' as const), bytes: fc.uint8Array({ maxLength: 300 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('prefix' as const),
      flag: fc.constantFrom(0, 1, 2, 255),
      length: fc.constantFrom(0, 1, 5, 2 ** 20, 32 * 2 ** 20 + 1, 2 ** 31, 2 ** 32 - 1),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('compress' as const), isHonest: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('cut' as const), at: fc.nat({ max: 60 }) }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom({ kind: 'twice' } as const, { kind: 'nothing' } as const, { kind: 'bytes' } as const),
  },
);
type Harm = typeof harms extends fc.Arbitrary<infer Value> ? Value : never;

const headerText = texts.map((text) => text.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, 2000));

const strangeHeaders: fc.Arbitrary<Readonly<Record<string, string>>> = fc.oneof(
  { weight: 60, arbitrary: fc.constant({}) },
  fc.constant({ 'x-long': 'y'.repeat(9000) }),
  fc.constant({ 'x-long': 'y'.repeat(60_000) }),
  fc.constant(Object.fromEntries(Array.from({ length: 200 }, (_, at) => [`x-${at}`, 'z'.repeat(50)]))),
  headerText.map((text) => ({ 'grpc-timeout': text })),
  fc.constantFrom('0n', '1n', '99999999H', '999999999S', '-1S', 'S', '1').map((text) => ({ 'grpc-timeout': text })),
  fc.constantFrom('gzip', 'deflate', 'br', 'identity', 'snappy', 'gzip, gzip', '__proto__').map((text) => ({
    'grpc-encoding': text,
  })),
  headerText.map((text) => ({ traceparent: text })),
  headerText.map((text) => ({ 'x-data-bin': text })),
  headerText.map((text) => ({ 'grpc-status-details-bin': text, 'grpc-status': '0' })),
  fc
    .constantFrom('application/grpc+json', 'application/json', 'text/html', '')
    .map((text) => ({ 'content-type': text })),
  headerText.map((text) => ({ 'x-api-key': text })),
);

const strangePaths = fc.oneof(
  fc.constantFrom(
    '/',
    '//',
    '*',
    '/instgenie.v1.EditService',
    '/instgenie.v1.EditService/',
    '/instgenie.v1.EditService/No',
  ),
  fc.constantFrom('/__proto__/constructor', '/grpc.health.v1.Health/Check', `/${'a'.repeat(5000)}`),
);

/** Calls of all kinds that somebody may make who means no good, or whose program is wrong. */
export function hostileCalls(known: KnownThings, credentials: KnownCredentials): fc.Arbitrary<RawCall> {
  const good = fc.constant(`Bearer ${credentials.apiKey}`);
  const authorization = fc.oneof(
    { weight: 20, arbitrary: good },
    { weight: 2, arbitrary: hostileCredentials(credentials) },
  );
  return fc
    .record({
      message: hostileMessages(known),
      harm: harms,
      authorization,
      headers: strangeHeaders,
      path: strangePaths,
      isPathStrange: fc.nat({ max: 40 }).map((value) => value === 0),
      ending: fc.nat({ max: 30 }).map((value) => (value === 0 ? ('cancel' as const) : ('end' as const))),
    })
    .map(({ message, harm, authorization: said, headers, path, isPathStrange, ending }) => {
      const { frames, more } = framesOf(message, harm);
      return {
        path: isPathStrange ? path : methodOf(message).path,
        headers: {
          'grpc-timeout': '2S',
          ...(said === undefined ? {} : { authorization: said.replaceAll(/[^\x20-\x7e]/g, '?') }),
          ...more,
          ...headers,
        },
        body: frames,
        ending,
      };
    });
}

function methodOf({ method }: HostileMessage) {
  const found = methods[method as keyof typeof methods];
  if (found === undefined) throw new RangeError(`no method ${method}`);
  return found;
}

function framesOf(
  message: HostileMessage,
  harm: Harm,
): { readonly frames: readonly Buffer[]; readonly more: Readonly<Record<string, string>> } {
  const serialize = methodOf(message).requestSerialize as (value: object) => Buffer;
  const bytes = message.messages.map(serialize);
  const whole = bytes.map((each) => frame(each));
  switch (harm.kind) {
    case 'none':
      return { frames: whole, more: {} };
    case 'damage': {
      const sample = (each: Buffer) => fc.sample(damaged(fc.constant(each)), { seed: harm.seed, numRuns: 1 });
      return { frames: bytes.flatMap(sample).map((each) => frame(each)), more: {} };
    }
    case 'noise':
      return { frames: [frame(Buffer.from(harm.bytes))], more: {} };
    case 'prefix':
      return { frames: bytes.map((each) => frame(each, { flag: harm.flag, length: harm.length })), more: {} };
    case 'compress': {
      const squeezed = bytes.map((each) => frame(harm.isHonest ? gzipSync(each) : each, { flag: 1 }));
      return { frames: squeezed, more: { 'grpc-encoding': 'gzip' } };
    }
    case 'cut':
      return { frames: whole.map((each) => each.subarray(0, harm.at)), more: {} };
    case 'twice':
      return { frames: [...whole, ...whole], more: {} };
    case 'nothing':
      return { frames: [], more: {} };
    case 'bytes':
      return {
        frames: whole.flatMap((each) => Array.from(each.subarray(0, 200), (byte) => Buffer.from([byte]))),
        more: {},
      };
  }
}

/** A message as gRPC frames it; flag and length say what they are told to. */
function frame(bytes: Uint8Array, { flag = 0, length = bytes.length } = {}): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt8(flag, 0);
  head.writeUInt32BE(length, 1);
  return Buffer.concat([head, bytes]);
}
