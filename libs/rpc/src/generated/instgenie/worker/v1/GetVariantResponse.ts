import type {
  VariantManifest as _instgenie_worker_v1_VariantManifest,
  VariantManifest__Output as _instgenie_worker_v1_VariantManifest__Output,
} from '../../../instgenie/worker/v1/VariantManifest.ts';

/**
 * What GetVariant answers.
 */
export interface GetVariantResponse {
  /**
   * The variant as it is held now.
   */
  variant?: _instgenie_worker_v1_VariantManifest | null;
}

/**
 * What GetVariant answers.
 */
export interface GetVariantResponse__Output {
  /**
   * The variant as it is held now.
   */
  variant: _instgenie_worker_v1_VariantManifest__Output | null;
}
