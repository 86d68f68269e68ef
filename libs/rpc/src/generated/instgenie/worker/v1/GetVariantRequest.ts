/**
 * What is asked of GetVariant.
 */
export interface GetVariantRequest {
  /**
   * The variant's key: 64 lower-case hexadecimal digits.
   */
  key?: string;
}

/**
 * What is asked of GetVariant.
 */
export interface GetVariantRequest__Output {
  /**
   * The variant's key: 64 lower-case hexadecimal digits.
   */
  key: string;
}
