/**
 * How a picture is sent.
 */
export const PictureFormat = {
  /**
   * Taken as PICTURE_FORMAT_PNG.
   */
  PICTURE_FORMAT_UNSPECIFIED: 'PICTURE_FORMAT_UNSPECIFIED',
  /**
   * Without loss: outside the mask every pixel is the source's.
   */
  PICTURE_FORMAT_PNG: 'PICTURE_FORMAT_PNG',
  /**
   * With loss.
   */
  PICTURE_FORMAT_JPEG: 'PICTURE_FORMAT_JPEG',
  /**
   * With loss.
   */
  PICTURE_FORMAT_WEBP: 'PICTURE_FORMAT_WEBP',
} as const;

/**
 * How a picture is sent.
 */
export type PictureFormat =
  /**
   * Taken as PICTURE_FORMAT_PNG.
   */
  | 'PICTURE_FORMAT_UNSPECIFIED'
  | 0
  /**
   * Without loss: outside the mask every pixel is the source's.
   */
  | 'PICTURE_FORMAT_PNG'
  | 1
  /**
   * With loss.
   */
  | 'PICTURE_FORMAT_JPEG'
  | 2
  /**
   * With loss.
   */
  | 'PICTURE_FORMAT_WEBP'
  | 3;

/**
 * How a picture is sent.
 */
export type PictureFormat__Output = (typeof PictureFormat)[keyof typeof PictureFormat];
