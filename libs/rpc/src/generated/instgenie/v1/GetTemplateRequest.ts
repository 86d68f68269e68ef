/**
 * What is asked of GetTemplate.
 */
export interface GetTemplateRequest {
  /**
   * The template.
   */
  templateId?: string;
}

/**
 * What is asked of GetTemplate.
 */
export interface GetTemplateRequest__Output {
  /**
   * The template.
   */
  templateId: string;
}
