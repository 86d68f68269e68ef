import assert from 'node:assert/strict';
import test from 'node:test';
import * as fc from 'fast-check';
import { widenBrain, widenHalf } from './half.ts';

const everyPattern = Uint16Array.from({ length: 0x10000 }, (_, bits) => bits);

test('every one of the 65,536 float16 patterns widens to the value that the runtime reads from it', () => {
  const widened = new Float32Array(everyPattern.length);
  widenHalf(everyPattern, widened);
  const view = new DataView(everyPattern.buffer) as DataView & { getFloat16(at: number, isLittle: boolean): number };
  for (const bits of everyPattern) {
    const want = view.getFloat16(2 * bits, true);
    if (!Object.is(widened[bits], want))
      assert.fail(`0x${bits.toString(16)}: expected ${want}, found ${widened[bits]}`);
  }
  const nan = new Uint32Array(widened.buffer)[0xfe01];
  assert.equal(nan, 0xffc02000, 'a NaN keeps its sign and payload');
});

test('every float16 pattern widens to what its sign, exponent and fraction say', () => {
  const widened = new Float32Array(everyPattern.length);
  widenHalf(everyPattern, widened);
  for (const bits of everyPattern) {
    const [exponent, fraction] = [(bits >> 10) & 31, bits & 1023];
    if (exponent === 31 && fraction !== 0) continue;
    const magnitude = exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25);
    const want = (bits & 0x8000 ? -1 : 1) * (exponent === 31 ? Infinity : magnitude);
    if (!Object.is(widened[bits], want))
      assert.fail(`0x${bits.toString(16)}: expected ${want}, found ${widened[bits]}`);
  }
});

test('every bfloat16 pattern widens to the float32 whose upper half it is', () => {
  const widened = new Float32Array(everyPattern.length);
  widenBrain(everyPattern, widened);
  const found = new Uint32Array(widened.buffer);
  assert.deepEqual(
    found,
    Uint32Array.from(everyPattern, (bits) => bits * 0x10000),
  );
});

test('widening writes into any part of a larger array and nothing beside it', () => {
  fc.assert(
    fc.property(fc.uint16Array({ maxLength: 50 }), fc.nat(5), fc.nat(5), (bits, before, after) => {
      const whole = new Float32Array(before + bits.length + after).fill(7);
      const part = whole.subarray(before, before + bits.length);
      widenBrain(bits, part);
      assert.deepEqual(
        new Uint32Array(part.slice().buffer),
        Uint32Array.from(bits, (value) => value * 0x10000),
      );
      assert.ok(whole.subarray(0, before).every((value) => value === 7));
      assert.ok(whole.subarray(before + bits.length).every((value) => value === 7));
    }),
  );
});
