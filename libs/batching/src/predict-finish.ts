/** An edit as far as its time goes. */
export interface TimedEdit {
  readonly maskedTokens: number;
  readonly stepsLeft: number;
}

/** What a step of such a batch takes, ms. */
export type StepTime = (batch: readonly TimedEdit[]) => number;

/**
 * When each edit will be done, ms from the next step boundary, if nobody else comes: first those that run, then those
 * that wait, admitted in their order whenever one of `batchMax` places is free. Jumps from end to end of an edit, so it
 * takes as many evaluations of `stepTime` as there are edits. The running ones come first in the result.
 */
export function predictFinish(
  { running, waiting }: { readonly running: readonly TimedEdit[]; readonly waiting: readonly TimedEdit[] },
  { batchMax, stepTime }: { readonly batchMax: number; readonly stepTime: StepTime },
): readonly number[] {
  const edits = [...running, ...waiting];
  const left = edits.map((edit) => edit.stepsLeft);
  const finish = edits.map(() => 0);
  let batch = edits.slice(0, running.length).map((_, index) => index);
  let next = running.length;
  let nowMs = 0;
  for (;;) {
    while (batch.length < batchMax && next < edits.length) batch.push(next++);
    if (batch.length === 0) return finish;
    const steps = Math.min(...batch.map((index) => left[index] ?? 0));
    nowMs += steps * stepTime(batch.flatMap((index) => edits[index] ?? []));
    for (const index of batch) left[index] = (left[index] ?? 0) - steps;
    for (const index of batch) if (left[index] === 0) finish[index] = nowMs;
    batch = batch.filter((index) => left[index] !== 0);
  }
}
