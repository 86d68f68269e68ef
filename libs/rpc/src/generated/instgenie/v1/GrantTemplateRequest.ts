/**
 * What is asked of GrantTemplate.
 */
export interface GrantTemplateRequest {
  /**
   * The template.
   */
  templateId?: string;
  /**
   * The other tenant.
   */
  tenant?: string;
  /**
   * False: it may not edit it any more.
   */
  isGranted?: boolean;
}

/**
 * What is asked of GrantTemplate.
 */
export interface GrantTemplateRequest__Output {
  /**
   * The template.
   */
  templateId: string;
  /**
   * The other tenant.
   */
  tenant: string;
  /**
   * False: it may not edit it any more.
   */
  isGranted: boolean;
}
