import type {
  Template as _instgenie_v1_Template,
  Template__Output as _instgenie_v1_Template__Output,
} from '../../instgenie/v1/Template.ts';

/**
 * What GrantTemplate answers.
 */
export interface GrantTemplateResponse {
  /**
   * The template.
   */
  template?: _instgenie_v1_Template | null;
}

/**
 * What GrantTemplate answers.
 */
export interface GrantTemplateResponse__Output {
  /**
   * The template.
   */
  template: _instgenie_v1_Template__Output | null;
}
