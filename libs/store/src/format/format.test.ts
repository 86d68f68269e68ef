import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ServiceError } from '@instgenie/domain';
import { randomKey, smallShape } from '../testing.ts';
import { chunkChecksum } from './checksum.ts';
import { randomGeneration } from './generation.ts';
import { headerBytes } from './layout.ts';
import { decodeManifest, encodeManifest } from './manifest.ts';
import { decodeStepHeader, encodeStepHeader } from './step-header.ts';

const header = {
  key: randomKey(),
  generation: randomGeneration(),
  step: 4,
  chunkBytes: smallShape.chunkBytes,
  checksums: [1n, 2n ** 64n - 1n, 3n],
};
const manifest = { key: header.key, generation: header.generation, shape: smallShape, recomputeMs: 12.5 };

function headerPage(): Uint8Array {
  const page = new Uint8Array(headerBytes(3));
  encodeStepHeader(header, page);
  return page;
}

test('headers and manifests are read as they were written', () => {
  assert.deepEqual(decodeStepHeader(headerPage()), header);
  assert.deepEqual(decodeManifest(encodeManifest(manifest)), manifest);
});

test('a changed, cut or random header or manifest gives the typed error and nothing else (seed 5)', () => {
  let state = 5;
  const random = (limit: number) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % limit;
  };
  const decoders = [
    { whole: headerPage(), decode: decodeStepHeader },
    { whole: new Uint8Array(encodeManifest(manifest)), decode: decodeManifest },
  ];
  for (const { whole, decode } of decoders) {
    for (let round = 0; round < 50_000; round++) {
      let bytes = whole.slice();
      const kind = random(3);
      if (kind === 0) bytes = bytes.subarray(0, random(bytes.length));
      else for (let count = 1 + random(3); count > 0; count--) bytes[random(Math.min(bytes.length, 400))] = random(256);
      if (Buffer.from(bytes).equals(whole)) continue;
      assert.throws(() => decode(bytes), ServiceError);
    }
  }
});

test('the checksum of a chunk changes with its bytes and with every part of its name', () => {
  const bytes = new Uint8Array(4096).fill(7);
  const name = { key: header.key, generation: header.generation, step: 1, chunk: 2 };
  const other = [
    chunkChecksum({ ...name, key: randomKey() }, bytes),
    chunkChecksum({ ...name, generation: randomGeneration() }, bytes),
    chunkChecksum({ ...name, step: 2 }, bytes),
    chunkChecksum({ ...name, chunk: 1 }, bytes),
    chunkChecksum(name, bytes.with(4095, 8)),
  ];
  assert.equal(new Set([chunkChecksum(name, bytes), ...other]).size, 6);
});
