import type { EditCheckpoint } from '@instgenie/engine';
import type { MaskMode, PictureFormat } from '@instgenie/pictures';
import type { Priority } from '../batching/edit-request.ts';
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
  readonly isDense: boolean;
  readonly mustBeWarm: boolean;
  /** How many of them. */
  readonly previews: number;
  /** Steps from one checkpoint to the next; 0 for none. */
  readonly checkpointEvery: number;
  readonly resume: (EditCheckpoint & { readonly fingerprint: string }) | undefined;
  readonly format: PictureFormat;
}

/** A template that is to be primed. */
export interface PrimeJob extends Pick<EditJob, 'tenant' | 'template' | 'mask' | 'maskMode'> {}
