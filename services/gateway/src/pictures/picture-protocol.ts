import type { Size } from '@instgenie/domain';
import type { MaskMode, PictureHeader, Window } from '@instgenie/pictures';

/** What a thread that looks at pictures is started with. */
export interface PictureSetup {
  /** Of a picture's file, and of a mask's. */
  readonly bytesMax: number;
  readonly maskBytesMax: number;
}

export interface PictureCall {
  readonly bytes: Uint8Array;
  /** The request field that errors name. */
  readonly field: string;
}

/** A picture whose mask is looked at: without one the picture itself is needed, for its alpha. */
export type MaskedPicture =
  | { readonly picture: Size | Uint8Array; readonly mask: Uint8Array }
  | { readonly picture: Uint8Array; readonly mask: undefined };

export type MaskCall = MaskedPicture & {
  readonly mode: MaskMode;
  /** Pixels, 0 to 256. */
  readonly grow: number;
  /** Longest side that the model runs at. */
  readonly modelSide: number;
  /** The request fields that errors name. */
  readonly fields: { readonly picture: string; readonly mask: string };
};

/** What may change of a picture. */
export interface MaskFacts extends Size {
  /** Where it was said: in the mask, by the picture's alpha, or nowhere: then all of it may change. */
  readonly from: 'mask' | 'alpha' | 'nowhere';
  /** Share of the picture's pixels, in (0, 1]. */
  readonly maskRatio: number;
  /** The part that the model sees. */
  readonly window: Pick<Window, 'box' | 'level'>;
  /** Tokens of the window that are computed, and all of them. */
  readonly maskedTokens: number;
  readonly tokens: number;
  readonly warnings: readonly string[];
}

/** The functions of a thread that looks at pictures. */
export interface PictureCalls {
  readonly inspectPicture: (call: PictureCall) => Promise<PictureHeader>;
  readonly checkPicture: (call: PictureCall) => Promise<PictureHeader>;
  readonly inspectMask: (call: MaskCall) => Promise<MaskFacts>;
}
