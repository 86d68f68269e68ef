/**
 * What is asked of ReadTemplatePicture.
 */
export interface ReadTemplatePictureRequest {
  /**
   * The template.
   */
  templateId?: string;
}

/**
 * What is asked of ReadTemplatePicture.
 */
export interface ReadTemplatePictureRequest__Output {
  /**
   * The template.
   */
  templateId: string;
}
