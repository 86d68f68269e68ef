import type { Denoiser } from '@instgenie/diffusion';
import type { EditState, TemplateState } from './inference-protocol.ts';

const { fround } = Math;

/** Writes a token's latents and condition to `into` [latentChannels + conditionChannels]. */
export type RowInput = (token: number, into: Float32Array) => void;

/** A token as the template has it at a step: noised source, then the given condition. */
export function templateInput({
  template,
  step,
  condition,
  denoiser,
}: {
  readonly template: TemplateState;
  readonly step: number;
  readonly condition: Float32Array;
  readonly denoiser: Denoiser;
}): RowInput {
  const { latentChannels, conditionChannels } = denoiser;
  const sigma = template.sigmas[step] ?? 0;
  const rest = fround(1 - sigma);
  return (token, into) => {
    const at = token * latentChannels;
    for (let channel = 0; channel < latentChannels; channel++) {
      const source = fround(rest * (template.x0[at + channel] ?? 0));
      into[channel] = source + fround(sigma * (template.noise[at + channel] ?? 0));
    }
    into.set(condition.subarray(token * conditionChannels, (token + 1) * conditionChannels), latentChannels);
  };
}

/** A token as an edit has it: its own latents and condition in rows M, the template's elsewhere. */
export function editInput({
  state,
  template,
  step,
  denoiser,
}: {
  readonly state: EditState;
  readonly template: TemplateState;
  readonly step: number;
  readonly denoiser: Denoiser;
}): RowInput {
  const { latentChannels, conditionChannels } = denoiser;
  const isMasked = new Uint8Array(template.tokens);
  for (const row of state.rows) isMasked[row] = 1;
  const condition = state.dense ? state.condition : template.condition;
  const others = templateInput({ template, step, condition, denoiser });
  return (token, into) => {
    if (isMasked[token] === 0) {
      others(token, into);
      return;
    }
    into.set(state.latents.subarray(token * latentChannels, (token + 1) * latentChannels));
    into.set(state.condition.subarray(token * conditionChannels, (token + 1) * conditionChannels), latentChannels);
  };
}
