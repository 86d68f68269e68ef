/** When edits are refused, and what is believed for how long. */
export interface PickLimits {
  /** A worker that says nothing for so long is not picked. */
  readonly silentMs: number;
  /** The same for one that should do steps and does none. */
  readonly stillMs: number;
  /** The fleet is saturated where edits wait so many times as long as they compute; for `batch` edits, half of it. */
  readonly saturation: number;
  /** A saturated fleet refuses tenants above so many times their share. */
  readonly burst: number;
  /** The same for what they have had on average over the last seconds. */
  readonly steadyBurst: number;
  /** Nobody waits longer than this for others. */
  readonly waitMsMax: number;
  /** What loading a model is thought to take where it is not loaded. */
  readonly modelLoadMs: number;
}

export const usualLimits: PickLimits = {
  silentMs: 1500,
  stillMs: 2000,
  saturation: 0.2,
  burst: 1.5,
  steadyBurst: 1.05,
  waitMsMax: 30_000,
  modelLoadMs: 10_000,
};
