/** How a template is made and kept. What is left out is as the model does it. */
export interface TemplateSettings {
  /** What people call it, up to 200 characters. */
  readonly name?: string | undefined;
  /** Undefined: the deployment's first one. */
  readonly model?: string | undefined;
  /** Denoising steps of the schedule, 1 to 1000. */
  readonly steps?: number | undefined;
  readonly guidance?: number | undefined;
  /** Its own prompt; usually none. */
  readonly prompt?: string | undefined;
  /** Seed of its own noise, up to 2^32 - 1. */
  readonly noiseSeed?: number | undefined;
  /** Keep every n-th step only. */
  readonly keepEvery?: number | undefined;
  /** It is deleted after this time without an edit. */
  readonly ttlMs?: number | undefined;
}

/** A picture that is edited again and again. */
export interface Template {
  readonly id: string;
  readonly settings: TemplateSettings;
  readonly width: number;
  readonly height: number;
  /** Of the picture's file. */
  readonly sha256: string;
  /** Milliseconds of the epoch, like the other. */
  readonly createdAtMs: number;
  /** When it is deleted if nobody edits it. */
  readonly expiresAtMs: number | undefined;
  readonly isPinned: boolean;
  /** Whether a worker has its activations now. */
  readonly isWarm: boolean;
  /** What its activations take on a disk. */
  readonly activationBytes: number;
  /** The tenants that may edit it; only its owner sees them. */
  readonly grantedTo: readonly string[];
}

/** How priming goes. */
export interface PrimeProgress {
  /** Kept steps. */
  readonly done: number;
  readonly total: number;
  readonly activationBytes: number;
}
