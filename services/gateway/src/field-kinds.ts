import { z } from 'zod';

/** Text of at most so many characters. Text of any other kind could not be hashed or sent as it is. */
export const text = (charsMax: number) =>
  z
    .string('expected text')
    .max(charsMax, `at most ${charsMax} characters`)
    .refine((value) => value.isWellFormed(), 'is no Unicode text');

/** A whole number in a range, both ends included. */
export const whole = (least: number, most: number) => {
  const expected = `expected a whole number from ${least} to ${most}`;
  return z.number(expected).int(expected).min(least, expected).max(most, expected);
};
