import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';

/** A name for one priming of a variant that no other priming has: 32 hexadecimal digits. */
export function randomGeneration(): string {
  return randomBytes(16).toString('hex');
}

export function isGeneration(text: string): boolean {
  return /^[0-9a-f]{32}$/.test(text);
}

export function assertGeneration(text: string): void {
  assert(isGeneration(text), 'a generation is 32 hexadecimal digits');
}
