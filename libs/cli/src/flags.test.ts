import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ServiceError } from '@instgenie/domain';
import { decimalNumber, wholeNumber } from './flags.ts';

const steps = wholeNumber('steps', { least: 1, most: 1000 });
const strength = decimalNumber('strength', { least: 0, above: true, most: 1 });

for (const { parse, text, want } of [
  { parse: steps, text: '1', want: 1 },
  { parse: steps, text: '1000', want: 1000 },
  { parse: strength, text: '1', want: 1 },
  { parse: strength, text: '.25', want: 0.25 },
  { parse: strength, text: '1e-3', want: 0.001 },
]) {
  test(`${text} is read as ${want}`, () => assert.equal(parse(text), want));
}

for (const { parse, field, text } of [
  ...['0', '1001', '-1', '1.5', '', ' 3', '3x', '0x10', '1e2', 'NaN', '99999999999999999999'].map((text) => ({
    parse: steps,
    field: 'steps',
    text,
  })),
  ...['0', '1.01', '-0.5', '', 'half', 'Infinity', '0.5 '].map((text) => ({
    parse: strength,
    field: 'strength',
    text,
  })),
]) {
  test(`${field} refuses '${text}', saying what would be right`, () => {
    assert.throws(
      () => parse(text),
      (thrown) =>
        thrown instanceof ServiceError &&
        thrown.code === 'invalid' &&
        thrown.field === field &&
        thrown.message.startsWith(`${field}: expected a`) &&
        thrown.message.endsWith(`, got '${text}'`),
    );
  });
}
