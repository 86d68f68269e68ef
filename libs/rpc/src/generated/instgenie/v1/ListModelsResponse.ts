import type {
  Model as _instgenie_v1_Model,
  Model__Output as _instgenie_v1_Model__Output,
} from '../../instgenie/v1/Model.ts';

/**
 * What ListModels answers.
 */
export interface ListModelsResponse {
  /**
   * The models, the deployment's first one first.
   */
  models?: _instgenie_v1_Model[];
}

/**
 * What ListModels answers.
 */
export interface ListModelsResponse__Output {
  /**
   * The models, the deployment's first one first.
   */
  models: _instgenie_v1_Model__Output[];
}
