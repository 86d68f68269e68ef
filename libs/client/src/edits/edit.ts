/** Which pixels of a mask picture may change: `auto` is alpha if that tells pixels apart, else white. */
export type MaskMode = 'auto' | 'white' | 'black' | 'alpha';
export type Priority = 'interactive' | 'normal' | 'batch';
export type PictureFormat = 'png' | 'jpeg' | 'webp';

/** What is edited. */
export type EditSource =
  | { readonly templateId: string; readonly image?: undefined; readonly model?: undefined }
  | {
      /** A png, jpeg or webp file. It becomes a template, so that the same picture is warm the next time. */
      readonly image: Uint8Array;
      /** Undefined: the deployment's first one. */
      readonly model?: string | undefined;
      readonly templateId?: undefined;
    };

/** What to edit, where and how. What is left out is as the template or the model does it. */
export type EditSpec = EditSource & {
  readonly prompt?: string | undefined;
  /** A picture's file. Undefined: where the source is transparent, and where nothing is, all of it. */
  readonly mask?: Uint8Array | undefined;
  readonly maskMode?: MaskMode | undefined;
  /** Pixels that the mask is grown by, 0 to 256. */
  readonly grow?: number | undefined;
  /** Pixels that it is then feathered by, inwards, 0 to 256. */
  readonly feather?: number | undefined;
  /** Up to 2^53 - 1. Undefined: one is chosen and told. */
  readonly seed?: number | undefined;
  /** Denoising steps, 1 to 1000. */
  readonly steps?: number | undefined;
  /** In (0, 1]: below 1 the edit keeps something of what was inside the mask. */
  readonly strength?: number | undefined;
  readonly guidance?: number | undefined;
  /** How many results, 1 to 10, with seeds that follow each other. */
  readonly count?: number | undefined;
  /** Undefined: `interactive`, in jobs `batch`. */
  readonly priority?: Priority | undefined;
  readonly format?: PictureFormat | undefined;
  /** Results are resized to this. */
  readonly size?: { readonly width: number; readonly height: number } | undefined;
  /** Compute every token: the reference for quality. */
  readonly dense?: boolean | undefined;
  /** Fail with `not-found` where no worker keeps the template's activations. */
  readonly requireWarm?: boolean | undefined;
};

/** What was found in a request. */
export interface EditFacts {
  /** The template, also of a picture that was sent along. */
  readonly templateId: string;
  readonly model: string;
  /** Share of the picture's pixels that may change, in (0, 1]. */
  readonly maskRatio: number;
  /** Tokens that are computed. */
  readonly maskedTokens: number;
  /** Tokens of the model's window. */
  readonly tokens: number;
  readonly steps: number;
  readonly warnings: readonly string[];
}

/** Where the activations of an edit came from. */
export type CacheOutcome = 'hit' | 'partial' | 'miss' | 'dense' | 'unknown';

export interface EditTimings {
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
  /** Undefined where the edit could not run there. */
  readonly predictedMs: number | undefined;
  readonly queueMs: number;
  readonly computeMs: number;
  readonly loadMs: number;
  readonly tier: string;
  /** Empty for those that could run it. */
  readonly leftOut: string;
}

/** A result without its file. */
export interface PictureFacts {
  readonly width: number;
  readonly height: number;
  readonly seed: number;
  readonly cache: CacheOutcome;
  readonly timings: EditTimings;
  readonly worker: string;
  /** How many workers it ran on before. */
  readonly moves: number;
  /** Whether another kind of engine went on with it: its bytes may then differ from an undisturbed run's. */
  readonly isMixed: boolean;
  /** Where asked for with `explain`. */
  readonly scores: readonly WorkerScore[];
}

export interface EditedPicture extends PictureFacts {
  readonly image: Uint8Array;
}

export interface EditResult {
  readonly requestId: string;
  /** In the order of their seeds. */
  readonly pictures: readonly EditedPicture[];
  readonly facts: EditFacts;
}

/** How an edit goes; `index` says which of its results an event is about. */
export type EditEvent =
  | { readonly kind: 'accepted'; readonly requestId: string; readonly facts: EditFacts }
  | { readonly kind: 'queued'; readonly index: number; readonly position: number; readonly predictedMs: number }
  | { readonly kind: 'progress'; readonly index: number; readonly done: number; readonly total: number }
  | { readonly kind: 'preview'; readonly index: number; readonly done: number; readonly image: Uint8Array }
  | { readonly kind: 'moved'; readonly index: number; readonly keptSteps: number }
  | { readonly kind: 'picture'; readonly index: number; readonly picture: EditedPicture };
