import type {
  Template as _instgenie_v1_Template,
  Template__Output as _instgenie_v1_Template__Output,
} from '../../instgenie/v1/Template.ts';

/**
 * What ListTemplates answers.
 */
export interface ListTemplatesResponse {
  /**
   * The templates.
   */
  templates?: _instgenie_v1_Template[];
  /**
   * For the next page; empty where this is the last one.
   */
  nextPageToken?: string;
}

/**
 * What ListTemplates answers.
 */
export interface ListTemplatesResponse__Output {
  /**
   * The templates.
   */
  templates: _instgenie_v1_Template__Output[];
  /**
   * For the next page; empty where this is the last one.
   */
  nextPageToken: string;
}
