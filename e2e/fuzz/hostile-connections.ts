import { connect } from 'node:net';
import fc from 'fast-check';

const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
const settings = http2Frame({ type: 4, flags: 0, stream: 0, payload: Buffer.alloc(0) });

interface FrameFields {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  readonly payload: Uint8Array;
  /** Instead of the payload's. */
  readonly length?: number | undefined;
}

function http2Frame({ type, flags, stream, payload, length = payload.length }: FrameFields): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

const frames = fc
  .record({
    type: fc.nat({ max: 12 }),
    flags: fc.constantFrom(0, 1, 4, 5, 8, 0x20, 0x2d, 255),
    stream: fc.constantFrom(0, 1, 2, 3, 5, 2 ** 31 - 1, 2 ** 32 - 1),
    payload: fc.uint8Array({ maxLength: 64 }),
    length: fc.option(fc.constantFrom(0, 1, 16_385, 2 ** 24 - 1), { nil: undefined, freq: 3 }),
  })
  .map(http2Frame);

/** What a connection brings that speaks HTTP/2 badly, or something else. */
export const hostileBytes: fc.Arbitrary<Buffer> = fc.oneof(
  fc.array(frames, { minLength: 1, maxLength: 20 }).map((all) => Buffer.concat([preface, settings, ...all])),
  fc.array(frames, { minLength: 1, maxLength: 5 }).map((all) => Buffer.concat(all)),
  // The same frame again and again: settings, pings, resets, window updates.
  fc.record({ type: fc.constantFrom(3, 4, 6, 8), times: fc.nat({ max: 2000 }) }).map(({ type, times }) => {
    const payload = Buffer.alloc(type === 6 ? 8 : type === 4 ? 0 : 4, 1);
    const one = http2Frame({ type, flags: 0, stream: type === 3 || type === 8 ? 1 : 0, payload });
    return Buffer.concat([preface, settings, ...Array.from({ length: times }, () => one)]);
  }),
  fc.uint8Array({ minLength: 1, maxLength: 400 }).map((bytes) => Buffer.from(bytes)),
  fc
    .constantFrom(
      'GET / HTTP/1.1\r\nhost: x\r\n\r\n',
      '\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03',
      'PRI * HTTP/2.0\r\n\r\n',
    )
    .map((text) => Buffer.from(text, 'latin1')),
);

/** Brings bytes over a connection of its own, and resolves when that is closed, here or there. */
export async function bring(bytes: Buffer, address: string): Promise<void> {
  const [host = '', port = ''] = address.split(':');
  const socket = connect({ host, port: Number(port) });
  const { promise, resolve } = Promise.withResolvers<void>();
  socket.on('error', () => socket.destroy());
  socket.once('close', () => resolve());
  socket.resume();
  socket.end(bytes);
  await promise;
}
