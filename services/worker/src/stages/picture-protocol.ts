import type { Mask, Picture, Size } from '@instgenie/domain';
import type { MaskMode, PictureFormat } from '@instgenie/pictures';

/** Where a picture's file is: at hand, or in the blob store by its SHA-256. */
export type PictureSource =
  | { readonly kind: 'inline'; readonly bytes: Uint8Array }
  | { readonly kind: 'stored'; readonly sha256: string };

/** What is to be read for an edit. */
export interface ReadCall {
  /** Names what is read until it is dropped. */
  readonly id: number;
  readonly source: PictureSource;
  /** `none`: all of the picture; `alpha`: where the picture is transparent, or all of it where it is not. */
  readonly mask: { readonly kind: 'none' | 'alpha' } | { readonly kind: 'file'; readonly bytes: Uint8Array };
  readonly maskMode: MaskMode;
  readonly grow: number;
  readonly feather: number;
  /** Longest side that the model runs at. */
  readonly modelSide: number;
}

/** What the model sees of a picture that was read; the rest stays with the thread. */
export interface ReadPicture {
  readonly picture: Picture;
  readonly windowMask: Mask;
  readonly width: number;
  readonly height: number;
  /** Whether all of it may change. */
  readonly isWhole: boolean;
  /** Memory that the thread keeps for it. */
  readonly bytes: number;
}

export interface FinishCall {
  readonly id: number;
  /** What the model made of the window. */
  readonly painted: Picture;
  readonly format: PictureFormat;
  /** Whether the file says that a model made or changed it. */
  readonly isMarked: boolean;
  /** What the result is resized to; undefined: the picture's own size. */
  readonly size: Size | undefined;
}

/** What the thread is started with. */
export interface PictureSetup {
  /** URL of the blob store; without it there are no stored pictures. */
  readonly blobs: string | undefined;
}

/** The functions of the picture thread. */
export interface PictureCalls {
  readonly read: (call: ReadCall) => Promise<ReadPicture>;
  /** The file of the picture with what was painted in it. */
  readonly finish: (call: FinishCall) => Promise<Uint8Array>;
  readonly drop: (id: number) => void;
}
