import { ServiceError, type VariantShape } from '@instgenie/domain';
import type { StepLoan } from '../step-loan.ts';
import type { VariantFilling } from '../variant-filling.ts';

/** What copying a variant asks of a store. */
export interface CopyWork {
  readonly shape: VariantShape;
  readonly fill: (shape: VariantShape) => VariantFilling | undefined;
  /** All of a step's chunks in memory that nobody else writes to; undefined where there is no room or no step. */
  readonly borrow: (step: number, chunks: readonly number[]) => StepLoan | undefined;
  readonly chunkMs: number;
  readonly signal: AbortSignal;
}

/** Copies a variant step by step from where it is borrowed to where it is filled. Returns whether it is whole then. */
export async function copyVariant(work: CopyWork): Promise<boolean> {
  try {
    const filling = work.fill(work.shape);
    if (filling === undefined) return false;
    await using _ = filling;
    for (const step of filling.missing) if (!(await copyStep(work, { filling, step }))) return false;
    await filling.commit();
    return true;
  } catch (thrown) {
    // A disk that takes nothing now: the variant stays where it is.
    if (thrown instanceof ServiceError) return false;
    throw thrown;
  }
}

async function copyStep(
  { shape, borrow, chunkMs, signal }: CopyWork,
  { filling, step }: { readonly filling: VariantFilling; readonly step: number },
): Promise<boolean> {
  if (signal.aborted) return false;
  const loan = borrow(step, [...shape.chunkBytes.keys()]);
  if (loan === undefined) return false;
  try {
    for (const chunk of shape.chunkBytes.keys()) {
      if ((await loan.gate.settled(chunk, chunkMs)) !== 'ready') return false;
    }
    await filling.write(step, loan);
    return true;
  } finally {
    loan.release();
  }
}
