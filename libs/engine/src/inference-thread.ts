import assert from 'node:assert/strict';
import { parentPort, workerData } from 'node:worker_threads';
import type { Denoiser } from '@instgenie/diffusion';
import { ServiceError } from '@instgenie/domain';
import { Tensor } from 'onnxruntime-node';
import type { EditState, GraphFile, StepItem, StepReport, TemplateState } from './inference-protocol.ts';
import { LayoutCache } from './layout-cache.ts';
import { RowBuffers } from './row-buffers.ts';
import { type SessionSettings, Sessions } from './sessions.ts';
import { runStep } from './step.ts';
import { serveCalls } from './thread-call.ts';
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
const setup = workerData as InferenceSetup;
const templates = new Map<number, TemplateState>();
const edits = new Map<number, EditState>();
const registry = { template: finder(templates, 'template'), edit: finder(edits, 'edit') };
const buffers = new RowBuffers();
let context: TrackContext | undefined;

serveCalls(parentPort, {
  load: async () => {
    const sessions = await Sessions.load(setup.graphs, setup.settings);
    const { denoiser } = setup;
    context = {
      sessions,
      denoiser,
      buffers,
      layouts: new LayoutCache(denoiser.heads),
      storedNames: Array.from({ length: denoiser.batchMax }, (_, at) => [`key_${at}`, `value_${at}`] as const),
      blank: new Tensor('float32', new Float32Array(), [0, denoiser.width]),
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
    await runStep(context, registry, items);
    return { totalMs: performance.now() - began, ...context.sessions.takeCounts() };
  },
} satisfies InferenceCalls);

function finder<T>(known: ReadonlyMap<number, T>, what: string): (id: number) => T {
  return (id) => {
    const found = known.get(id);
    if (found === undefined) throw new ServiceError('internal', `the engine has no ${what} ${id}`);
    return found;
  };
}
