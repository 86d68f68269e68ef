import type { ErrorCode } from '@instgenie/domain';

/** A check of the tool's own found something wrong: the message says what. The process exits with 1. */
export class CheckFailed extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'CheckFailed';
  }
}

export const exitCodes = {
  ok: 0,
  checkFailed: 1,
  badInput: 2,
  unsupported: 3,
  internal: 4,
  interrupted: 130,
  terminated: 143,
} as const;

export const exitCodeOf = {
  invalid: exitCodes.badInput,
  unauthenticated: exitCodes.badInput,
  forbidden: exitCodes.badInput,
  conflict: exitCodes.badInput,
  'not-found': exitCodes.badInput,
  unsupported: exitCodes.unsupported,
  overloaded: exitCodes.internal,
  unavailable: exitCodes.internal,
  cancelled: exitCodes.interrupted,
  deadline: exitCodes.internal,
  internal: exitCodes.internal,
} as const satisfies Record<ErrorCode, number>;

/** Part of every --help. */
export const exitCodesHelp = `
Exit codes:
  0    done
  1    a check failed
  2    bad usage or bad input: an option, a file, a picture, a checkpoint that is missing or damaged
  3    a checkpoint or provider that is not supported
  4    failed inside, or out of memory or disk
  130  interrupted (Ctrl-C), 143 terminated; no file is left half written`;
