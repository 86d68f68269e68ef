import type {
  Template as _instgenie_v1_Template,
  Template__Output as _instgenie_v1_Template__Output,
} from '../../instgenie/v1/Template.ts';

/**
 * What CreateTemplate answers.
 */
export interface CreateTemplateResponse {
  /**
   * The template.
   */
  template?: _instgenie_v1_Template | null;
}

/**
 * What CreateTemplate answers.
 */
export interface CreateTemplateResponse__Output {
  /**
   * The template.
   */
  template: _instgenie_v1_Template__Output | null;
}
