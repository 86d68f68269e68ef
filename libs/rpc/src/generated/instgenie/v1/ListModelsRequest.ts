/**
 * What is asked of ListModels.
 */
export interface ListModelsRequest {}

/**
 * What is asked of ListModels.
 */
export interface ListModelsRequest__Output {}
