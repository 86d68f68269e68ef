/** What a device takes for things, ms. */
export interface DeviceCosts {
  /** A step, beside its rows. */
  readonly startMs: number;
  /** A row of a step. */
  readonly rowMs: number;
  /** Activations of a step that come from disk. */
  readonly loadMs: number;
}

/** What an edit does in a step. */
export interface DeviceWork {
  readonly maskedTokens: number;
  /** Rows that are computed: masked tokens and text. */
  readonly rows: number;
  /** The template's own forward, where nobody has kept it: done once for all edits that need the same one. */
  readonly fill: { readonly key: string; readonly rows: number } | undefined;
  /** What is loaded meanwhile: once for all edits that need the same. */
  readonly load: string | undefined;
}

/** A step of such a batch: computing and loading overlap. */
export function deviceStepMs({ startMs, rowMs, loadMs }: DeviceCosts, batch: readonly DeviceWork[]): number {
  const fills = new Map(batch.flatMap(({ fill }) => (fill === undefined ? [] : [[fill.key, fill.rows]])));
  const rows =
    batch.reduce((sum, work) => sum + work.rows, 0) + [...fills.values()].reduce((sum, each) => sum + each, 0);
  const loads = new Set(batch.flatMap(({ load }) => load ?? []));
  return Math.max(startMs + rowMs * rows, loadMs * loads.size);
}
