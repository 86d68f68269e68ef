import type {
  Template as _instgenie_v1_Template,
  Template__Output as _instgenie_v1_Template__Output,
} from '../../instgenie/v1/Template.ts';

/**
 * What GetTemplate answers.
 */
export interface GetTemplateResponse {
  /**
   * The template.
   */
  template?: _instgenie_v1_Template | null;
}

/**
 * What GetTemplate answers.
 */
export interface GetTemplateResponse__Output {
  /**
   * The template.
   */
  template: _instgenie_v1_Template__Output | null;
}
