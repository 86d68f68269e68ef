import assert from 'node:assert/strict';
import type { Denoiser } from '@instgenie/diffusion';
import type { Mode } from '@instgenie/domain';
import { activationBytes, allKinds, needsHidden, StepActivations } from './activations.ts';
import type { EditItem, EditState, StepItem, TemplateState } from './inference-protocol.ts';
import { Track, type TrackContext, type TrackRequest } from './track.ts';

const { fround } = Math;

/** Finds the edits and templates that items name. */
export interface StepRegistry {
  readonly edit: (id: number) => EditState;
  readonly template: (id: number) => TemplateState;
}

/**
 * One denoising step of every item, each at its own step of its own schedule.
 *
 * Templates whose own forward is needed go through each block first, one by one, and write their keys, values and
 * hidden state; then the edits go through it together and read them: a cold edit costs (1 + m) of dense.
 */
export async function runStep(
  context: TrackContext,
  registry: StepRegistry,
  items: readonly StepItem[],
): Promise<void> {
  const forwards = templateForwards(items, { context, registry });
  const edits = items.filter((item) => item.kind === 'edit').map((item) => ({ item, state: registry.edit(item.edit) }));
  const requests = edits.map(({ item, state }) =>
    editRequest({ item, state, forwards, registry, denoiser: context.denoiser }),
  );
  const track = requests.length > 0 ? new Track(context, requests, 'edits') : undefined;

  for (const { track: forward } of forwards.values()) await forward.embed();
  await track?.embed();
  for (let block = 0; block < context.denoiser.blocks.length; block++) {
    for (const { track: forward } of forwards.values()) await forward.block(block);
    await track?.block(block);
  }
  for (const { activations, copies } of forwards.values()) for (const copy of copies) copy.copyFrom(activations);

  for (const item of items) {
    if (item.kind !== 'prime' || item.velocity === undefined) continue;
    const forward = forwards.get(forwardKey(item.template, item.step));
    const [velocity] = (await forward?.track.velocities()) ?? [];
    item.velocity.set(velocity ?? []);
  }
  const velocities = (await track?.velocities()) ?? [];
  for (const [index, { item, state }] of edits.entries()) {
    const velocity = velocities[index];
    assert(velocity !== undefined);
    const { sigmas, x0 } = registry.template(state.template);
    if (item.preview !== undefined) predictEnd(item.preview, { state, x0, velocity, sigma: sigmas[item.step] ?? 0 });
    integrate(state, velocity, fround((sigmas[item.step + 1] ?? 0) - (sigmas[item.step] ?? 0)));
  }
}

/** A template's own forward at a step, run once for all items that need it. */
interface Forward {
  readonly track: Track;
  /** What it writes and the edits read. */
  readonly activations: StepActivations;
  /** Where else it is to be kept. */
  readonly copies: readonly StepActivations[];
}

const forwardKey = (template: number, step: number) => `${template}/${step}`;

/** The template forwards that the items need, each once. */
function templateForwards(
  items: readonly StepItem[],
  { context, registry }: { readonly context: TrackContext; readonly registry: StepRegistry },
): ReadonlyMap<string, Forward> {
  const users = new Map<string, StepItem[]>();
  for (const item of items) {
    if (item.kind === 'edit' && item.source.kind !== 'template') continue;
    const key = forwardKey(templateOf(item, registry).id, item.step);
    users.set(key, [...(users.get(key) ?? []), item]);
  }
  const forwards = new Map<string, Forward>();
  for (const [key, group] of users) {
    const [item] = group;
    assert(item !== undefined);
    const template = templateOf(item, registry);
    const captures = capturesOf(group);
    const [only] = captures;
    // Written straight to where it is kept, unless several keep it or an edit needs more of it than is kept.
    const isDirect =
      captures.length === 1 &&
      (only?.has('hidden') === true || !group.some((user) => user.kind === 'edit' && needsHidden(user.modes)));
    const activations = isDirect && only !== undefined ? only : scratch(context, template, forwards.size);
    const request = forwardRequest({ template, step: item.step, activations, denoiser: context.denoiser });
    const track = new Track(context, [request], `forward${forwards.size}`);
    forwards.set(key, { track, activations, copies: isDirect ? [] : captures });
  }
  return forwards;
}

function templateOf(item: StepItem, registry: StepRegistry): TemplateState {
  return registry.template(item.kind === 'prime' ? item.template : registry.edit(item.edit).template);
}

function capturesOf(items: readonly StepItem[]): readonly StepActivations[] {
  const buffers = new Map<SharedArrayBuffer, StepActivations>();
  for (const item of items) {
    const capture =
      item.kind === 'prime' ? item.capture : item.source.kind === 'template' ? item.source.capture : undefined;
    if (capture !== undefined) buffers.set(capture.buffer, new StepActivations(capture.shape, capture.buffer));
  }
  return [...buffers.values()];
}

/** Memory of all kinds of activations, valid for this step. */
function scratch({ denoiser, buffers }: TrackContext, { tokens }: TemplateState, index: number): StepActivations {
  const shape = { tokens, width: denoiser.width, blocks: denoiser.blocks.length, kinds: allKinds };
  return new StepActivations(shape, buffers.take(`scratch${index}`, activationBytes(shape) / 4).buffer);
}

/** A template's own forward: teacher forced, every row (1 - s) x0 + s n, with the template's prompt and no mask. */
function forwardRequest({
  template,
  step,
  activations,
  denoiser,
}: {
  readonly template: TemplateState;
  readonly step: number;
  readonly activations: StepActivations;
  readonly denoiser: Denoiser;
}): TrackRequest {
  const rows = Int32Array.from({ length: template.tokens }, (_, token) => token);
  return {
    id: `template ${template.id}`,
    tokens: template.tokens,
    textRows: template.conditioning.textRows,
    rows,
    step,
    modes: denoiser.blocks.map((): Mode => 'full'),
    conditioning: template.conditioning,
    rotary: template.rotary,
    input: templateInput({ template, step, condition: template.condition, denoiser }),
    stored: undefined,
    capture: activations,
  };
}

/** Writes a token as the template has it at a step: noised source, then the given condition. */
function templateInput({
  template,
  step,
  condition,
  denoiser,
}: {
  readonly template: TemplateState;
  readonly step: number;
  readonly condition: Float32Array;
  readonly denoiser: Denoiser;
}): TrackRequest['input'] {
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

function editRequest({
  item,
  state,
  forwards,
  registry,
  denoiser,
}: {
  readonly item: EditItem;
  readonly state: EditState;
  readonly forwards: ReadonlyMap<string, Forward>;
  readonly registry: StepRegistry;
  readonly denoiser: Denoiser;
}): TrackRequest {
  const template = registry.template(state.template);
  assert.equal(item.modes.length, denoiser.blocks.length, 'an edit needs a mode for each block');
  const { latentChannels, conditionChannels } = denoiser;
  const isMasked = new Uint8Array(template.tokens);
  for (const row of state.rows) isMasked[row] = 1;
  const condition = state.dense ? state.condition : template.condition;
  const others = templateInput({ template, step: item.step, condition, denoiser });
  const stored =
    item.source.kind === 'stored'
      ? new StepActivations(item.source.step.shape, item.source.step.buffer)
      : forwards.get(forwardKey(template.id, item.step))?.activations;
  return {
    id: `edit ${state.id}`,
    tokens: template.tokens,
    textRows: state.conditioning.textRows,
    rows: state.rows,
    step: item.step,
    modes: item.modes,
    conditioning: state.conditioning,
    rotary: template.rotary,
    input: (token, into) => {
      if (isMasked[token] === 0) {
        others(token, into);
        return;
      }
      into.set(state.latents.subarray(token * latentChannels, (token + 1) * latentChannels));
      into.set(state.condition.subarray(token * conditionChannels, (token + 1) * conditionChannels), latentChannels);
    },
    stored: item.source.kind === 'none' ? undefined : stored,
    capture: undefined,
  };
}

/** Euler on the flow: x[M] += (s_{i+1} - s_i) velocity, every operation rounded to float32. */
function integrate({ rows, latents }: EditState, velocity: Float32Array, delta: number): void {
  const channels = velocity.length / rows.length;
  for (const [index, row] of rows.entries()) {
    for (let channel = 0; channel < channels; channel++) {
      const at = row * channels + channel;
      latents[at] = (latents[at] ?? 0) + fround(delta * (velocity[index * channels + channel] ?? 0));
    }
  }
}

/** The end that this step's velocity points at: x - s velocity in rows M, the source elsewhere. */
function predictEnd(
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
