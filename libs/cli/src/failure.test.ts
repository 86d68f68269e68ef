import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ErrorCode, ServiceError } from '@instgenie/domain';
import { CommanderError } from 'commander';
import { CheckFailed } from './exit-codes.ts';
import { describeFailure } from './failure.ts';

for (const [code, want] of [
  ['invalid', 2],
  ['not-found', 2],
  ['unsupported', 3],
  ['overloaded', 4],
  ['internal', 4],
  ['deadline', 4],
  ['cancelled', 130],
] as const satisfies readonly (readonly [ErrorCode, number])[]) {
  test(`${code} ends the process with ${want}`, () => {
    assert.equal(describeFailure(new ServiceError(code, 'why'), undefined).exitCode, want);
  });
}

const lineOf = (message: string) =>
  describeFailure(new ServiceError('invalid', message, { field: 'steps' }), undefined).line;

test('a failure names its field once', () => {
  assert.equal(lineOf('expected a whole number'), 'instgenie: steps: expected a whole number');
  assert.equal(lineOf('steps: expected a whole number'), 'instgenie: steps: expected a whole number');
});

test('what is not ours is internal, and says its first line only', () => {
  const { exitCode, line } = describeFailure(new TypeError('x is not a function\n  at y'), undefined);
  assert.equal(exitCode, 4);
  assert.equal(line, 'instgenie: internal error: x is not a function (INSTGENIE_DEBUG=1 shows where)');
});

test('a failed check ends with 1', () => {
  const failure = describeFailure(new CheckFailed('3 of 40 differ'), undefined);
  assert.equal(failure.exitCode, 1);
  assert.equal(failure.line, 'instgenie: 3 of 40 differ');
});

test('after a signal, whatever was thrown is an interruption', () => {
  const failure = describeFailure(new Error('an engine thread is closed'), 143);
  assert.deepEqual(failure, {
    exitCode: 143,
    line: 'instgenie: interrupted',
    json: { error: { code: 'cancelled', field: null, message: 'interrupted' } },
  });
});

test('help and version are no failures, other usage errors are bad input', () => {
  assert.equal(describeFailure(new CommanderError(0, 'commander.version', '0.1.0'), undefined).exitCode, 0);
  assert.equal(describeFailure(new CommanderError(1, 'commander.unknownOption', 'error: no'), undefined).exitCode, 2);
});
