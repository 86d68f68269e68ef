import type {
  Template as _instgenie_v1_Template,
  Template__Output as _instgenie_v1_Template__Output,
} from '../../instgenie/v1/Template.ts';

/**
 * What PinTemplate answers.
 */
export interface PinTemplateResponse {
  /**
   * The template.
   */
  template?: _instgenie_v1_Template | null;
}

/**
 * What PinTemplate answers.
 */
export interface PinTemplateResponse__Output {
  /**
   * The template.
   */
  template: _instgenie_v1_Template__Output | null;
}
