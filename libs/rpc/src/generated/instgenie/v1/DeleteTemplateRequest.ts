/**
 * What is asked of DeleteTemplate.
 */
export interface DeleteTemplateRequest {
  /**
   * The template.
   */
  templateId?: string;
}

/**
 * What is asked of DeleteTemplate.
 */
export interface DeleteTemplateRequest__Output {
  /**
   * The template.
   */
  templateId: string;
}
