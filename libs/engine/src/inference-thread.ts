import assert from 'node:assert/strict';
import { parentPort, workerData } from 'node:worker_threads';
import type { Denoiser } from '@instgenie/diffusion';
import { ServiceError } from '@instgenie/domain';
import { computeInBackground, serveCalls } from '@instgenie/threads';
import type { EditState, GraphFile, StepItem, StepReport, TemplateState } from './inference-protocol.ts';
import { LayoutCache } from './layout-cache.ts';
import { RowBuffers } from './row-buffers.ts';
import { type SessionSettings, Sessions } from './sessions.ts';
import { runStep } from './step.ts';
import { blankRows, storedFeeds } from './stored-rows.ts';
import type { TrackContext } from './track.ts';

/** What the inference thread is started with. */
export interface InferenceSetup {
  readonly denoiser: Denoiser;
  /** Blocks, embedder and head. */
  readonly graphs: readonly GraphFile[];
  readonly settings: SessionSettings;
}

/** The functions of the inference thread: it owns the blocks' sessions and runs one step of a batch at a time. */
export interface InferenceCalls {
  readonly load: (argument: undefined) => Promise<void>;
  readonly putTemplate: (template: TemplateState) => void;
  readonly putEdit: (edit: EditState) => void;
  readonly dropTemplate: (id: number) => void;
  readonly dropEdit: (id: number) => void;
  readonly step: (items: readonly StepItem[]) => Promise<StepReport>;
}

assert(parentPort !== null);
// The binding would take fp16 as Float16Array, which it then cannot read; without it, as its bits.
Reflect.deleteProperty(globalThis, 'Float16Array');
const setup = workerData as InferenceSetup;
const templates = new Map<number, TemplateState>();
const edits = new Map<number, EditState>();
const registry = { template: finder(templates, 'template'), edit: finder(edits, 'edit') };
const buffers = new RowBuffers();
let context: TrackContext | undefined;

computeInBackground();
serveCalls(parentPort, {
  load: async () => {
    const sessions = await Sessions.load(setup.graphs, setup.settings);
    const { denoiser } = setup;
    context = {
      sessions,
      denoiser,
      buffers,
      layouts: new LayoutCache(denoiser.heads),
      blanks: Array.from({ length: denoiser.batchMax }, (_, at) => ({
        ...storedFeeds(`key_${at}`, blankRows(denoiser.storage), denoiser.width),
        ...storedFeeds(`value_${at}`, blankRows(denoiser.storage), denoiser.width),
      })),
    };
  },
  putTemplate: (template) => {
    templates.set(template.id, template);
  },
  putEdit: (edit) => {
    edits.set(edit.id, edit);
  },
  dropTemplate: (id) => {
    templates.delete(id);
  },
  dropEdit: (id) => {
    edits.delete(id);
  },
  step: async (items) => {
    assert(context !== undefined, 'load comes first');
    const began = performance.now();
    const loads = await runStep(context, registry, items);
    return { totalMs: performance.now() - began, ...context.sessions.takeCounts(), ...loads };
  },
} satisfies InferenceCalls);

function finder<T>(known: ReadonlyMap<number, T>, what: string): (id: number) => T {
  return (id) => {
    const found = known.get(id);
    if (found === undefined) throw new ServiceError('internal', `the engine has no ${what} ${id}`);
    return found;
  };
}
