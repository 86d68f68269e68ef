/**
 * What DeleteTemplate answers.
 */
export interface DeleteTemplateResponse {}

/**
 * What DeleteTemplate answers.
 */
export interface DeleteTemplateResponse__Output {}
