/**
 * Which pixels of a mask picture may change.
 */
export const MaskMode = {
  /**
   * Taken as MASK_MODE_AUTO.
   */
  MASK_MODE_UNSPECIFIED: 'MASK_MODE_UNSPECIFIED',
  /**
   * Alpha if that tells pixels apart, else white.
   */
  MASK_MODE_AUTO: 'MASK_MODE_AUTO',
  /**
   * Those of luminance 128 and more.
   */
  MASK_MODE_WHITE: 'MASK_MODE_WHITE',
  /**
   * Those of luminance below 128.
   */
  MASK_MODE_BLACK: 'MASK_MODE_BLACK',
  /**
   * Those of alpha below 128.
   */
  MASK_MODE_ALPHA: 'MASK_MODE_ALPHA',
} as const;

/**
 * Which pixels of a mask picture may change.
 */
export type MaskMode =
  /**
   * Taken as MASK_MODE_AUTO.
   */
  | 'MASK_MODE_UNSPECIFIED'
  | 0
  /**
   * Alpha if that tells pixels apart, else white.
   */
  | 'MASK_MODE_AUTO'
  | 1
  /**
   * Those of luminance 128 and more.
   */
  | 'MASK_MODE_WHITE'
  | 2
  /**
   * Those of luminance below 128.
   */
  | 'MASK_MODE_BLACK'
  | 3
  /**
   * Those of alpha below 128.
   */
  | 'MASK_MODE_ALPHA'
  | 4;

/**
 * Which pixels of a mask picture may change.
 */
export type MaskMode__Output = (typeof MaskMode)[keyof typeof MaskMode];
