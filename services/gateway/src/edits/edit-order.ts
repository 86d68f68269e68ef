import type { Size } from '@instgenie/domain';
import type { MaskMode, PictureFormat } from '@instgenie/pictures';

/** What an edge (gRPC, HTTP, a job) makes of a request: every field in its range, nothing looked up yet. */
export interface EditOrder {
  /** Makes the call idempotent; made up where the caller said none. */
  readonly requestId: string;
  readonly source:
    | { readonly kind: 'template'; readonly id: string }
    | { readonly kind: 'inline'; readonly bytes: Uint8Array };
  /** Of an inline picture. Undefined: the deployment's first one. */
  readonly model: string | undefined;
  /** A picture's file. Undefined: where the source is transparent, and where nothing is, all of it. */
  readonly mask: Uint8Array | undefined;
  readonly maskMode: MaskMode;
  /** Pixels. */
  readonly grow: number;
  /** Pixels. */
  readonly feather: number;
  readonly prompt: string;
  /** Undefined: made from the request's id, so that a call that is made again gives the same bytes. */
  readonly seed: number | undefined;
  readonly steps: number | undefined;
  readonly guidance: number | undefined;
  /** In (0, 1]. */
  readonly strength: number;
  /** How many results, 1 to 10, with seeds that follow each other. */
  readonly count: number;
  readonly priority: 'interactive' | 'normal' | 'batch';
  /** From the call on, ms. */
  readonly deadlineMs: number;
  readonly format: PictureFormat;
  /** Undefined: the source's. */
  readonly size: Size | undefined;
  readonly isDense: boolean;
  readonly mustBeWarm: boolean;
  /** Of each result, 0 to 8. */
  readonly previews: number;
  /** Whether answers say why their worker was chosen. */
  readonly explain: boolean;
}
