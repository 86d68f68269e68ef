import assert from 'node:assert/strict';
import { StepActivations } from './activations.ts';
import { type BlockSource, ForwardSource, type LoadCounts, StoredSource } from './block-source.ts';
import type { EditItem, EditState, StepItem, TemplateState } from './inference-protocol.ts';
import { integrate, predictEnd } from './integrate.ts';
import { editInput } from './row-inputs.ts';
import { TemplateForward } from './template-forward.ts';
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
 * Edits go through each block together and take what they read of their templates as it comes: from memory that is
 * being filled meanwhile, or from the template's own forward, which is run just ahead of them. So a cold edit costs
 * (1 + m) of dense, and a lost chunk costs the forward up to its block.
 */
export async function runStep(
  context: TrackContext,
  registry: StepRegistry,
  items: readonly StepItem[],
): Promise<LoadCounts> {
  const counts: LoadCounts = { waitMs: 0, blocksRecomputed: 0 };
  const forwards = new Forwards(context, registry, items);
  const edits = items.filter((item) => item.kind === 'edit').map((item) => ({ item, state: registry.edit(item.edit) }));
  const requests = edits.map((edit) => editRequest(edit, { context, registry, forwards, counts }));
  const track = requests.length > 0 ? new Track(context, requests, 'edits') : undefined;
  await track?.embed();
  for (let block = 0; block < context.denoiser.blocks.length; block++) await track?.block(block);

  for (const item of items) {
    if (!isKept(item)) continue;
    const forward = forwards.of(item);
    await forward.finish();
    if (item.kind === 'prime') item.velocity?.set(await forward.velocity());
  }
  const velocities = (await track?.velocities()) ?? [];
  for (const [index, { item, state }] of edits.entries()) {
    const velocity = velocities[index];
    assert(velocity !== undefined);
    const { sigmas, x0 } = registry.template(state.template);
    if (item.preview !== undefined) predictEnd(item.preview, { state, x0, velocity, sigma: sigmas[item.step] ?? 0 });
    integrate(state, velocity, fround((sigmas[item.step + 1] ?? 0) - (sigmas[item.step] ?? 0)));
  }
  return counts;
}

function isKept(item: StepItem): boolean {
  return item.kind === 'prime' || (item.source.kind === 'template' && item.source.capture !== undefined);
}

/** The template forwards that a step may need, each made when it is first asked for. */
class Forwards {
  readonly #context: TrackContext;
  readonly #registry: StepRegistry;
  readonly #users = new Map<string, StepItem[]>();
  readonly #made = new Map<string, TemplateForward>();

  constructor(context: TrackContext, registry: StepRegistry, items: readonly StepItem[]) {
    this.#context = context;
    this.#registry = registry;
    for (const item of items) {
      const key = this.#key(item);
      this.#users.set(key, [...(this.#users.get(key) ?? []), item]);
    }
  }

  /** The forward of an item's template at the kept step that serves it. */
  of(item: StepItem): TemplateForward {
    const key = this.#key(item);
    const known = this.#made.get(key);
    if (known !== undefined) return known;
    const made = new TemplateForward(this.#context, {
      template: this.#template(item),
      kept: keptStep(item),
      users: this.#users.get(key) ?? [],
      index: this.#made.size,
    });
    this.#made.set(key, made);
    return made;
  }

  #template(item: StepItem): TemplateState {
    return this.#registry.template(item.kind === 'prime' ? item.template : this.#registry.edit(item.edit).template);
  }

  #key(item: StepItem): string {
    return `${this.#template(item).id}/${keptStep(item)}`;
  }
}

function keptStep(item: StepItem): number {
  if (item.kind === 'prime') return item.step;
  return item.source.kind === 'none' ? item.step : item.source.kept;
}

interface StepContext {
  readonly context: TrackContext;
  readonly registry: StepRegistry;
  readonly forwards: Forwards;
  readonly counts: LoadCounts;
}

function editRequest(
  { item, state }: { readonly item: EditItem; readonly state: EditState },
  step: StepContext,
): TrackRequest {
  const { denoiser } = step.context;
  const template = step.registry.template(state.template);
  assert.equal(item.modes.length, denoiser.blocks.length, 'an edit needs a mode for each block');
  return {
    id: `edit ${state.id}`,
    tokens: template.tokens,
    textRows: state.conditioning.textRows,
    rows: state.rows,
    step: item.step,
    modes: item.modes,
    conditioning: state.conditioning,
    rotary: template.rotary,
    input: editInput({ state, template, step: item.step, denoiser }),
    source: sourceOf(item, step),
    capture: undefined,
  };
}

function sourceOf(item: EditItem, { forwards, counts }: StepContext): BlockSource | undefined {
  switch (item.source.kind) {
    case 'none':
      return undefined;
    case 'template':
      return new ForwardSource(forwards.of(item));
    case 'stored':
      return new StoredSource({
        stored: StepActivations.of(item.source.step),
        forward: () => forwards.of(item),
        deadlineMs: item.source.deadlineMs ?? loadDeadlineMs,
        counts,
      });
    default:
      throw new RangeError(`unknown source ${String(item.source satisfies never)}`);
  }
}

/** How long a block waits for its chunk where whoever lends it does not say. */
const loadDeadlineMs = 250;
