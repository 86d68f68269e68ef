import type { Caller } from '@instgenie/tenants';
import type { EditOrder } from './edit-order.ts';

/** What was found in an order. */
export interface EditFacts {
  readonly requestId: string;
  readonly templateId: string;
  readonly model: string;
  /** Share of pixels, in (0, 1]. */
  readonly maskRatio: number;
  readonly maskedTokens: number;
  /** Of the model's window. */
  readonly tokens: number;
  readonly steps: number;
  readonly warnings: readonly string[];
}

export interface EditTimes {
  readonly gatewayMs: number;
  readonly prepareMs: number;
  readonly queueMs: number;
  readonly denoiseMs: number;
  readonly decodeMs: number;
  readonly totalMs: number;
}

/** How a worker stood when one was chosen. */
export interface WorkerScore {
  readonly worker: string;
  readonly predictedMs: number | undefined;
  readonly queueMs: number;
  readonly computeMs: number;
  readonly loadMs: number;
  readonly tier: string;
  /** Empty for those that could do it. */
  readonly leftOut: string;
}

/** A result. */
export interface EditedPicture {
  readonly image: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly seed: number;
  readonly cache: 'hit' | 'partial' | 'miss' | 'dense';
  readonly times: EditTimes;
  readonly worker: string;
  /** How many workers it ran on before. */
  readonly moves: number;
  readonly isMixed: boolean;
  readonly scores: readonly WorkerScore[];
}

/** What happens to an edit; `index` says to which of its results. */
export type EditNews =
  | { readonly kind: 'accepted'; readonly facts: EditFacts }
  | { readonly kind: 'queued'; readonly index: number; readonly position: number; readonly predictedMs: number }
  | { readonly kind: 'stepped'; readonly index: number; readonly done: number; readonly total: number }
  | { readonly kind: 'preview'; readonly index: number; readonly done: number; readonly image: Uint8Array }
  | { readonly kind: 'moved'; readonly index: number; readonly keptSteps: number }
  | { readonly kind: 'picture'; readonly index: number; readonly picture: EditedPicture };

export interface EditAnswer {
  readonly facts: EditFacts;
  /** By index. */
  readonly pictures: readonly EditedPicture[];
}

/** What a caller says of its call. */
export interface CallFacts {
  readonly caller: Caller;
  readonly signal: AbortSignal;
  readonly traceparent: string | undefined;
}

/** Edits as every edge asks for them: gRPC, HTTP and jobs. Whatever fails is a ServiceError. */
export interface Editing {
  /** Checks everything and computes nothing. */
  check(order: EditOrder, call: CallFacts): Promise<EditFacts>;
  /**
   * Runs an edit, or joins the one of the same tenant and request id: its news from `accepted` on, though a slow reader
   * hears the latest of each kind, and all pictures. It ends once all pictures are there. Whoever stops reading leaves
   * the edit running for a while, for somebody to join it again.
   */
  watch(order: EditOrder, call: CallFacts): AsyncIterable<EditNews>;
  /** The same for who wants the end only. */
  run(order: EditOrder, call: CallFacts): Promise<EditAnswer>;
  /** Ends an edit at its next step. Throws `not-found` where the tenant has none of this name. */
  cancel(requestId: string, caller: Caller): void;
}
