import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type VariantKey, type VariantShape, variantKey } from '@instgenie/domain';
import { ActivationStore, type StoreOptions } from './activation-store.ts';
import { chunkChecksum } from './format/checksum.ts';
import type { StepLoan } from './step-loan.ts';

const mib = 1024 ** 2;

/** A folder that is removed with what is in it. */
export async function temporaryFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'instgenie-store-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** A store that a busy machine does not make late. */
export function openStore(root: string, options: Partial<StoreOptions> = {}): Promise<ActivationStore> {
  const patience = { readDeadlineMs: 30_000 };
  return ActivationStore.open({ root, memoryBytesMax: 4 * mib, diskBytesMax: 64 * mib, ...patience, ...options });
}

export function randomKey(): VariantKey {
  return variantKey(randomBytes(32).toString('hex'));
}

export const smallShape: VariantShape = { steps: [0, 2, 4], chunkBytes: [4096, 8192, 4096] };

/** What a chunk holds in tests: bytes that no other chunk has. */
export function chunkContent(
  key: VariantKey,
  { step, chunk, bytes }: Record<'step' | 'chunk' | 'bytes', number>,
): Uint8Array {
  const seed = chunkChecksum({ key, generation: '0'.repeat(32), step, chunk }, new Uint8Array());
  const content = new Uint8Array(bytes);
  let state = Number(seed & 0x7fffffffn) | 1;
  for (const at of content.keys()) {
    state = Math.imul(state, 48_271) >>> 1;
    content[at] = state & 255;
  }
  return content;
}

/** Fills a variant with such bytes and commits it. */
export async function fillVariant(store: ActivationStore, key: VariantKey, shape = smallShape): Promise<void> {
  const filling = store.fill(key, { shape, recomputeMs: 100 });
  if (filling === undefined) throw new RangeError('it is held already');
  await using _ = filling;
  for (const step of filling.missing) {
    const loan = filling.room(step);
    if (loan === undefined) throw new RangeError('no room');
    for (const [chunk, bytes] of shape.chunkBytes.entries()) {
      new Uint8Array(loan.buffer, loan.offsets[chunk], bytes).set(chunkContent(key, { step, chunk, bytes }));
    }
    await filling.write(step, loan);
    loan.release();
  }
  await filling.commit();
}

/** Whether a loan's chunks come and hold what they should: `ready` and right, `wrong`, or not there. */
export async function readLoan(
  loan: StepLoan,
  { key, step, shape = smallShape }: { readonly key: VariantKey; readonly step: number; readonly shape?: VariantShape },
): Promise<readonly ('right' | 'wrong' | 'missing')[]> {
  const results: ('right' | 'wrong' | 'missing')[] = [];
  for (const [chunk, bytes] of shape.chunkBytes.entries()) {
    const offset = loan.offsets[chunk] ?? -1;
    if (offset < 0) continue;
    while (loan.gate.outcome(chunk) === undefined) await new Promise(setImmediate);
    if (loan.gate.outcome(chunk) === 'failed') results.push('missing');
    else {
      const found = Buffer.from(loan.buffer, offset, bytes);
      results.push(found.equals(chunkContent(key, { step, chunk, bytes })) ? 'right' : 'wrong');
    }
    loan.gate.useUp(chunk + 1);
  }
  return results;
}

/** The step files of a store. */
export async function stepFiles(root: string): Promise<readonly string[]> {
  const names = await readdir(join(root, 'variants'), { recursive: true });
  return names.filter((name) => name.endsWith('.step')).map((name) => join(root, 'variants', name));
}
