/**
 * What is asked of PinTemplate.
 */
export interface PinTemplateRequest {
  /**
   * The template.
   */
  templateId?: string;
  /**
   * False: it may be evicted again.
   */
  isPinned?: boolean;
}

/**
 * What is asked of PinTemplate.
 */
export interface PinTemplateRequest__Output {
  /**
   * The template.
   */
  templateId: string;
  /**
   * False: it may be evicted again.
   */
  isPinned: boolean;
}
