import assert from 'node:assert/strict';
import test from 'node:test';
import { ServiceError } from '@instgenie/domain';
import * as fc from 'fast-check';
import { bytesPerElement, type Dtype, elementsOf, isDtype } from './dtype.ts';
import { parseHeader } from './safetensors-header.ts';

const path = 'model.safetensors';
const entry = { dtype: 'F32', shape: [2], data_offsets: [0, 8] };

function parse(header: string, dataBytes: number) {
  const bytes = Buffer.from(header);
  return parseHeader(bytes, { path, fileBytes: 8 + bytes.length + dataBytes });
}

test('a header gives every tensor its place in the file', () => {
  const header = JSON.stringify({
    __metadata__: { format: 'pt', note: 'a "quoted" \\ text' },
    b: { shape: [2, 3], data_offsets: [4, 16], dtype: 'F16' },
    'a.weight': { dtype: 'F32', shape: [], data_offsets: [0, 4] },
    empty: { dtype: 'F32', shape: [0, 5], data_offsets: [4, 4] },
  });
  const refs = parse(`${header}   `, 16);
  const dataStart = 8 + header.length + 3;
  assert.deepEqual(
    [...refs.values()],
    [
      { name: 'b', dtype: 'F16', shape: [2, 3], path, offset: dataStart + 4, bytes: 12 },
      { name: 'a.weight', dtype: 'F32', shape: [], path, offset: dataStart, bytes: 4 },
      { name: 'empty', dtype: 'F32', shape: [0, 5], path, offset: dataStart + 4, bytes: 0 },
    ],
  );
});

const falseHeaders: readonly { name: string; header: string; dataBytes?: number; says: RegExp; code?: string }[] = [
  {
    name: 'an unknown dtype',
    header: JSON.stringify({ a: { ...entry, dtype: 'F4' } }),
    says: /"a": unknown dtype "F4"/,
    code: 'unsupported',
  },
  {
    name: 'a dtype of the prototype',
    header: JSON.stringify({ a: { ...entry, dtype: 'toString' } }),
    says: /unknown dtype "toString"/,
    code: 'unsupported',
  },
  {
    name: 'a key that appears twice',
    header: '{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"a":{}}',
    says: /"a" appears twice/,
  },
  {
    name: 'a key of an entry that appears twice',
    header: '{"a":{"dtype":"U8","dtype":"U8"}}',
    says: /once each, found "dtype"/,
  },
  { name: 'an unknown key of an entry', header: '{"a":{"offset":1}}', says: /found "offset"/ },
  {
    name: 'a missing key of an entry',
    header: '{"a":{"dtype":"U8","shape":[0]}}',
    says: /"a" expected dtype, shape and data_offsets/,
  },
  { name: 'a prototype key', header: `{"__proto__":${JSON.stringify(entry)}}`, says: /"__proto__" is no name/ },
  {
    name: 'an escaped prototype key',
    header: `{"\\u005f_proto__":${JSON.stringify(entry)}}`,
    says: /"__proto__" is no name/,
  },
  {
    name: 'a shape that needs other bytes',
    header: JSON.stringify({ a: { ...entry, shape: [3] } }),
    says: /F32 \[3\] needs 12 bytes, data_offsets hold 8/,
  },
  {
    name: 'a shape whose product overflows',
    header: '{"a":{"dtype":"F32","shape":[9007199254740991,9007199254740991],"data_offsets":[0,8]}}',
    says: /needs 2\^53 or more bytes/,
  },
  {
    name: 'a side of 2^53',
    header: '{"a":{"dtype":"F32","shape":[9007199254740992],"data_offsets":[0,8]}}',
    says: /whole number below 2\^53/,
  },
  { name: 'a negative side', header: '{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}', says: /whole number/ },
  {
    name: 'a side with a fraction',
    header: '{"a":{"dtype":"F32","shape":[2.5],"data_offsets":[0,8]}}',
    says: /expected "\]"/,
  },
  { name: 'a leading zero', header: '{"a":{"dtype":"F32","shape":[02],"data_offsets":[0,8]}}', says: /whole number/ },
  {
    name: 'too many dimensions',
    header: JSON.stringify({ a: { ...entry, shape: Array.from({ length: 17 }, () => 1) } }),
    says: /at most 16 numbers/,
  },
  {
    name: 'descending offsets',
    header: JSON.stringify({ a: { ...entry, data_offsets: [8, 0] } }),
    says: /ascending data_offsets/,
  },
  {
    name: 'three offsets',
    header: JSON.stringify({ a: { ...entry, data_offsets: [0, 4, 8] } }),
    says: /at most 2 numbers/,
  },
  {
    name: 'a hole',
    header: JSON.stringify({ a: { ...entry, data_offsets: [4, 12] } }),
    dataBytes: 12,
    says: /"a" leaves a hole before it: expected to begin at 0, found 4/,
  },
  {
    name: 'an overlap',
    header: JSON.stringify({ a: entry, b: { ...entry, data_offsets: [4, 12] } }),
    dataBytes: 12,
    says: /"b" overlaps/,
  },
  {
    name: 'a truncated file',
    header: JSON.stringify({ a: entry }),
    dataBytes: 7,
    says: /is truncated: expected \d+ bytes, found \d+/,
  },
  {
    name: 'bytes after the last tensor',
    header: JSON.stringify({ a: entry }),
    dataBytes: 9,
    says: /has bytes after its last tensor/,
  },
  { name: 'bytes after the JSON', header: `${JSON.stringify({ a: entry })}x`, says: /expected the end/ },
  { name: 'a list', header: '[]', says: /begin with "\{"/ },
  { name: 'an empty header', header: '', says: /begin with "\{"/ },
  { name: 'space before the brace', header: ` ${JSON.stringify({ a: entry })}`, says: /begin with "\{"/ },
  { name: 'metadata that are no strings', header: '{"__metadata__":{"a":1}}', says: /expected "\\""/ },
  { name: 'a control character in a name', header: '{"a\n":1}', says: /end of a string/ },
  { name: 'a false escape', header: '{"\\x":1}', says: /UTF-8 string/ },
  { name: 'half a surrogate pair', header: '{"\\ud800":1}', says: /UTF-8 string/ },
  { name: 'a name without end', header: '{"a', says: /end of a string/ },
  { name: 'an escape at the end', header: '{"a\\', says: /end of a string/ },
  { name: 'a name of 5,000 bytes', header: `{"${'a'.repeat(5000)}":1}`, says: /at most 4096 bytes/ },
];

for (const { name, header, dataBytes = 8, says, code = 'invalid' } of falseHeaders) {
  test(`a header with ${name} is refused`, () => {
    assert.throws(
      () => parse(header, dataBytes),
      (thrown) => {
        assert.ok(thrown instanceof ServiceError);
        assert.equal(thrown.code, code);
        assert.match(thrown.message, /^model\.safetensors/);
        assert.match(thrown.message, says);
        return true;
      },
    );
  });
}

test('a name that is not UTF-8 is refused', () => {
  const bytes = Buffer.from('{"\xff":1}', 'latin1');
  assert.throws(() => parseHeader(bytes, { path, fileBytes: 8 + bytes.length }), /UTF-8/);
});

const dtypes = Object.keys(bytesPerElement).filter(isDtype);
const layout = fc.uniqueArray(
  fc.record({
    name: fc.string({ unit: 'grapheme' }).filter((name) => !name.startsWith('__') && name.isWellFormed()),
    dtype: fc.constantFrom(...dtypes),
    shape: fc.array(fc.nat(5), { maxLength: 4 }),
  }),
  { selector: ({ name }) => name, maxLength: 8 },
);

/** The header of tensors that lie one after the other. */
function headerOf(tensors: readonly { name: string; dtype: Dtype; shape: readonly number[] }[]) {
  let at = 0;
  const entries = tensors.map(({ name, dtype, shape }) => {
    const begin = at;
    at += elementsOf(shape) * bytesPerElement[dtype];
    return [name, { dtype, shape, data_offsets: [begin, at] }] as const;
  });
  return { json: JSON.stringify(Object.fromEntries(entries)), dataBytes: at };
}

test('any true header gives what JSON.parse finds in it', () => {
  fc.assert(
    fc.property(layout, (tensors) => {
      const { json, dataBytes } = headerOf(tensors);
      const dataStart = 8 + Buffer.byteLength(json);
      const want = Object.entries<{ dtype: string; shape: number[]; data_offsets: [number, number] }>(JSON.parse(json));
      const refs = [...parse(json, dataBytes).values()];
      assert.deepEqual(
        refs.map(({ name, dtype, shape, offset, bytes }) => [name, dtype, shape, offset - dataStart, bytes]),
        want.map(
          ([
            name,
            {
              dtype,
              shape,
              data_offsets: [begin, end],
            },
          ]) => [name, dtype, shape, begin, end - begin],
        ),
      );
    }),
    { numRuns: 200 },
  );
});

const fuzzSeed = 20260101;
test(`4,000 damaged headers give only refusals or tensors inside the file (seed ${fuzzSeed})`, () => {
  const noise = fc.array(fc.tuple(fc.nat(), fc.oneof(fc.nat(255), fc.constantFrom(...Buffer.from('{}[]",:0159\\ ')))), {
    minLength: 1,
    maxLength: 4,
  });
  fc.assert(
    fc.property(layout, noise, fc.nat(20), (tensors, damage, cut) => {
      const { json, dataBytes } = headerOf(tensors);
      const bytes = Buffer.from(json);
      for (const [at, byte] of damage) bytes[at % bytes.length] = byte;
      const header = bytes.subarray(0, bytes.length - (cut < 5 ? cut : 0));
      const fileBytes = 8 + header.length + dataBytes;
      try {
        for (const { offset, bytes: length } of parseHeader(header, { path, fileBytes }).values()) {
          assert.ok(offset >= 8 + header.length && offset + length <= fileBytes);
        }
      } catch (thrown) {
        if (!(thrown instanceof ServiceError)) throw thrown;
        assert.ok(thrown.code === 'invalid' || thrown.code === 'unsupported');
        assert.ok(thrown.message.startsWith(path) && thrown.message.length < 5000);
      }
    }),
    { numRuns: 4000, seed: fuzzSeed },
  );
});
