/** When edits are refused, and what is believed for how long. */
export interface PickLimits {
  /** A worker that says nothing for so long is not picked. */
  readonly silentMs: number;
  /** The same for one that should do steps and does none. */
  readonly stillMs: number;
  /** The fleet is saturated where an edit would wait longer than this for others. */
  readonly saturatedMs: number;
  /** `batch` edits are refused where they would wait longer than this. */
  readonly batchWaitMs: number;
  /** Nobody waits longer than this for others. */
  readonly waitMsMax: number;
  /** A tenant above so many times its share takes no more once fewer workers are idle than the reserve. */
  readonly burst: number;
  /** Share of the workers. */
  readonly idleReserve: number;
  /** What loading a model is thought to take where it is not loaded. */
  readonly modelLoadMs: number;
}

export const usualLimits: PickLimits = {
  silentMs: 1500,
  stillMs: 2000,
  saturatedMs: 1000,
  batchWaitMs: 500,
  waitMsMax: 30_000,
  burst: 2,
  idleReserve: 0.25,
  modelLoadMs: 10_000,
};
