import type { Priority } from '@instgenie/batching';
import type { Size } from '@instgenie/domain';
import type { EditCheckpoint } from '@instgenie/engine';
import type { MaskMode, PictureFormat } from '@instgenie/pictures';
import type { PictureSource, ReadCall } from '../stages/picture-protocol.ts';

/** A picture and how its activations are made; undefined: as the model does. */
export interface TemplateAsk {
  /** Undefined: the only one that is configured. */
  readonly model: string | undefined;
  readonly source: PictureSource;
  readonly steps: number | undefined;
  readonly guidance: number | undefined;
  readonly prompt: string;
  readonly noiseSeed: number;
  readonly keepEvery: number;
  /** Whose activations are used and kept; undefined: those of whose edit it is. */
  readonly owner: string | undefined;
}

/** An edit, as it was asked for. */
export interface EditJob {
  readonly id: string;
  readonly tenant: string;
  readonly priority: Priority;
  readonly template: TemplateAsk;
  readonly mask: ReadCall['mask'];
  readonly maskMode: MaskMode;
  readonly grow: number;
  readonly feather: number;
  readonly prompt: string;
  readonly seed: number | 'template';
  readonly strength: number;
  /** Whether every row is computed; so it is where the mask covers all of the picture, too. */
  readonly isDense: boolean;
  readonly mustBeWarm: boolean;
  /** How many of them. */
  readonly previews: number;
  /** Steps from one checkpoint to the next; 0 for none. */
  readonly checkpointEvery: number;
  /** How long it goes on when its caller has gone, and its result is kept; 0: as the worker is configured. */
  readonly orphanMs: number;
  readonly resume: (EditCheckpoint & { readonly fingerprint: string }) | undefined;
  readonly format: PictureFormat;
  /** Whether the result's file says that a model made or changed it. */
  readonly isMarked: boolean;
  /** What the result is resized to; undefined: the picture's own size. */
  readonly size: Size | undefined;
}

/** A template that is to be primed. */
export interface PrimeJob extends Pick<EditJob, 'tenant' | 'template' | 'mask' | 'maskMode'> {}
