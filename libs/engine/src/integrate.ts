import type { EditState } from './inference-protocol.ts';

const { fround } = Math;

/** Euler on the flow: x[M] += (s_{i+1} - s_i) velocity, every operation rounded to float32. */
export function integrate({ rows, latents }: EditState, velocity: Float32Array, delta: number): void {
  const channels = velocity.length / rows.length;
  for (const [index, row] of rows.entries()) {
    for (let channel = 0; channel < channels; channel++) {
      const at = row * channels + channel;
      latents[at] = (latents[at] ?? 0) + fround(delta * (velocity[index * channels + channel] ?? 0));
    }
  }
}

/** The end that a step's velocity points at: x - s velocity in rows M, the source elsewhere. */
export function predictEnd(
  into: Float32Array,
  {
    state,
    x0,
    velocity,
    sigma,
  }: {
    readonly state: EditState;
    readonly x0: Float32Array;
    readonly velocity: Float32Array;
    readonly sigma: number;
  },
): void {
  into.set(x0);
  const channels = velocity.length / state.rows.length;
  for (const [index, row] of state.rows.entries()) {
    for (let channel = 0; channel < channels; channel++) {
      const at = row * channels + channel;
      into[at] = (state.latents[at] ?? 0) - fround(sigma * (velocity[index * channels + channel] ?? 0));
    }
  }
}
