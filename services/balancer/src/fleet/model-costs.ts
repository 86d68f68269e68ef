/** `startMs + msPerUnit * units`. */
export interface CostLine {
  readonly startMs: number;
  readonly msPerUnit: number;
}

/** What a model's steps cost on a worker, as the worker has fitted it. */
export interface ModelCosts {
  /** Of FLOPs. */
  readonly compute: CostLine;
  readonly flopsOfRow: number;
  readonly flopsOfPair: number;
  /** Rows of text beside every edit's tokens; 0 where the worker does not say. */
  readonly textRows: number;
  /** Activations of a token in a step; 0 where the worker does not say: loads then count as free. */
  readonly bytesOfToken: number;
  /** Of the schedule that variants are made for; 0 where the worker does not say. */
  readonly defaultSteps: number;
  /** What an edit takes beside its steps; 0 where the worker does not say. */
  readonly aroundMs: number;
}

/** What one edit adds to a step that computes these tokens' rows against all of the window, ms. */
export function rowsMs({ compute, flopsOfRow, flopsOfPair, textRows }: ModelCosts, masked: number, tokens: number) {
  const rows = masked + textRows;
  return compute.msPerUnit * rows * (flopsOfRow + flopsOfPair * (tokens + textRows));
}

/** What loading so many bytes takes, ms; 0 for none. */
export function loadMs(line: CostLine | undefined, bytes: number): number {
  return line === undefined || bytes === 0 ? 0 : line.startMs + line.msPerUnit * bytes;
}
