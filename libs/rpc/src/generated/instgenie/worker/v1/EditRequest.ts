import type { Long } from '@grpc/proto-loader';
import type {
  Checkpoint as _instgenie_worker_v1_Checkpoint,
  Checkpoint__Output as _instgenie_worker_v1_Checkpoint__Output,
} from '../../../instgenie/worker/v1/Checkpoint.ts';
import type {
  MaskMode as _instgenie_worker_v1_MaskMode,
  MaskMode__Output as _instgenie_worker_v1_MaskMode__Output,
} from '../../../instgenie/worker/v1/MaskMode.ts';
import type {
  PictureFormat as _instgenie_worker_v1_PictureFormat,
  PictureFormat__Output as _instgenie_worker_v1_PictureFormat__Output,
} from '../../../instgenie/worker/v1/PictureFormat.ts';
import type {
  Priority as _instgenie_worker_v1_Priority,
  Priority__Output as _instgenie_worker_v1_Priority__Output,
} from '../../../instgenie/worker/v1/Priority.ts';
import type {
  ResultSize as _instgenie_worker_v1_ResultSize,
  ResultSize__Output as _instgenie_worker_v1_ResultSize__Output,
} from '../../../instgenie/worker/v1/ResultSize.ts';
import type {
  TemplateSource as _instgenie_worker_v1_TemplateSource,
  TemplateSource__Output as _instgenie_worker_v1_TemplateSource__Output,
} from '../../../instgenie/worker/v1/TemplateSource.ts';

/**
 * What is asked of Edit.
 */
export interface EditRequest {
  /**
   * Names the edit among the tenant's: 1 to 64 of a-z, A-Z, 0-9, '-', '_'.
   */
  editId?: string;
  /**
   * Whose edit it is. Tenants see nothing of each other.
   */
  tenant?: string;
  /**
   * How urgent it is.
   */
  priority?: _instgenie_worker_v1_Priority;
  /**
   * What is edited.
   */
  template?: _instgenie_worker_v1_TemplateSource | null;
  /**
   * What may change: a png, jpeg or webp file as large as the picture. Empty: where the picture is transparent; where it
   * is not, all of it. An edit of all of a picture runs `dense`.
   */
  mask?: Buffer | Uint8Array | string;
  /**
   * How the mask is read.
   */
  maskMode?: _instgenie_worker_v1_MaskMode;
  /**
   * Pixels that the mask is grown by, 0 to 256.
   */
  grow?: number;
  /**
   * Pixels that it is then feathered by, inwards, 0 to 256.
   */
  feather?: number;
  /**
   * What to paint.
   */
  prompt?: string;
  /**
   * Seed of the noise inside the mask; the template's own noise without it.
   */
  seed?: number | string | Long;
  /**
   * In (0, 1]: below 1 the edit starts later in the schedule, from the noised source. 1 without it.
   */
  strength?: number | string;
  /**
   * Compute every row: the reference for quality.
   */
  dense?: boolean;
  /**
   * Refuse with NOT_FOUND where the template's activations are not kept here or at a peer.
   */
  requireWarm?: boolean;
  /**
   * How many previews to send, 0 to 8, evenly spread over the steps.
   */
  previews?: number;
  /**
   * Send a checkpoint after every so many steps; 0: only when the edit leaves.
   */
  checkpointEvery?: number;
  /**
   * Go on from here.
   */
  resume?: _instgenie_worker_v1_Checkpoint | null;
  /**
   * How the result is sent; previews are always webp.
   */
  format?: _instgenie_worker_v1_PictureFormat;
  /**
   * Write into the file that a model has edited it (IPTC digital source type, in XMP). Changes no pixel.
   */
  mark?: boolean;
  /**
   * Resize the result to this. Without it, the source's size.
   */
  size?: _instgenie_worker_v1_ResultSize | null;
  /**
   * How long the edit goes on, and then its result is kept, after its caller has gone without Cancel, ms, at most 60,000:
   * an equal request of the same tenant and edit_id joins it. 0: as the worker is configured.
   */
  orphanMs?: number;
  _seed?: 'seed';
  _strength?: 'strength';
}

/**
 * What is asked of Edit.
 */
export interface EditRequest__Output {
  /**
   * Names the edit among the tenant's: 1 to 64 of a-z, A-Z, 0-9, '-', '_'.
   */
  editId: string;
  /**
   * Whose edit it is. Tenants see nothing of each other.
   */
  tenant: string;
  /**
   * How urgent it is.
   */
  priority: _instgenie_worker_v1_Priority__Output;
  /**
   * What is edited.
   */
  template: _instgenie_worker_v1_TemplateSource__Output | null;
  /**
   * What may change: a png, jpeg or webp file as large as the picture. Empty: where the picture is transparent; where it
   * is not, all of it. An edit of all of a picture runs `dense`.
   */
  mask: Buffer;
  /**
   * How the mask is read.
   */
  maskMode: _instgenie_worker_v1_MaskMode__Output;
  /**
   * Pixels that the mask is grown by, 0 to 256.
   */
  grow: number;
  /**
   * Pixels that it is then feathered by, inwards, 0 to 256.
   */
  feather: number;
  /**
   * What to paint.
   */
  prompt: string;
  /**
   * Seed of the noise inside the mask; the template's own noise without it.
   */
  seed?: number;
  /**
   * In (0, 1]: below 1 the edit starts later in the schedule, from the noised source. 1 without it.
   */
  strength?: number;
  /**
   * Compute every row: the reference for quality.
   */
  dense: boolean;
  /**
   * Refuse with NOT_FOUND where the template's activations are not kept here or at a peer.
   */
  requireWarm: boolean;
  /**
   * How many previews to send, 0 to 8, evenly spread over the steps.
   */
  previews: number;
  /**
   * Send a checkpoint after every so many steps; 0: only when the edit leaves.
   */
  checkpointEvery: number;
  /**
   * Go on from here.
   */
  resume: _instgenie_worker_v1_Checkpoint__Output | null;
  /**
   * How the result is sent; previews are always webp.
   */
  format: _instgenie_worker_v1_PictureFormat__Output;
  /**
   * Write into the file that a model has edited it (IPTC digital source type, in XMP). Changes no pixel.
   */
  mark: boolean;
  /**
   * Resize the result to this. Without it, the source's size.
   */
  size: _instgenie_worker_v1_ResultSize__Output | null;
  /**
   * How long the edit goes on, and then its result is kept, after its caller has gone without Cancel, ms, at most 60,000:
   * an equal request of the same tenant and edit_id joins it. 0: as the worker is configured.
   */
  orphanMs: number;
  _seed?: 'seed';
  _strength?: 'strength';
}
